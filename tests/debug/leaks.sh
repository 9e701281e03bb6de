#!/bin/sh
# kmemleak finds nothing that is ours: no frame of the module, nor one that has no name any more because a module has gone.
#
# Comes last in its guest, and speaks of all that was done there. (Whole pages are not seen by kmemleak; the module
# counts its own, and tests compare.)
set -eu
. "$(dirname "$0")/../shell.sh"

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
leaks=/sys/kernel/debug/kmemleak
[ -e $leaks ] || fail "no kmemleak in this kernel"
# What is young is not reported, and what is found once may only be on its way.
echo scan >$leaks
sleep 6
echo scan >$leaks
! grep -E -q 'usrsysshm|^ +(\[<[0-9a-f]+>\] )?0x[0-9a-f]+$' $leaks || { cat $leaks; fail "memory leaks"; }
