#!/bin/sh
# kmemleak finds nothing that is ours, after all other tests; comes last.
set -eu
. "$(dirname "$0")/../shell.sh"

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
leaks=/sys/kernel/debug/kmemleak
[ -e $leaks ] || fail "no kmemleak in this kernel"
# What is young is not reported, and what is found once may only be on its way.
echo scan >$leaks
sleep 6
echo scan >$leaks
! grep -q usrsysshm $leaks || { cat $leaks; fail "memory leaks"; }
