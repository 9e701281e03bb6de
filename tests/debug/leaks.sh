#!/bin/sh
# When the module has gone, nothing of its memory is left: kmemleak finds no object, page_owner no page that it allocated.
#
# Comes last in its guest, and speaks of all that was done there. The frames of a module that has gone have no name any more.
set -eu
. "$(dirname "$0")/../shell.sh"

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
leaks=/sys/kernel/debug/kmemleak
stacks=/sys/kernel/debug/page_owner_stacks/show_stacks
[ -e $leaks ] || fail "no kmemleak in this kernel"
[ -e $stacks ] || fail "no page_owner in this kernel"
# For who wants to know which functions the frames were.
if grep -q '^usrsysshm ' /proc/modules; then
	rmmod usrsysshm
	loaded=yes
fi

# What is young is not reported, and what is found once may only be on its way.
echo scan >$leaks
sleep 6
echo scan >$leaks
! grep -E -q 'usrsysshm|^ +(\[<[0-9a-f]+>\] )?0x[0-9a-f]+$' $leaks || { cat $leaks; fail "memory leaks"; }
# The pages that our own code asked for. What the kernel took for itself meanwhile, slabs for one, it may keep.
is "pages left" "" "$(awk 'BEGIN { RS = "" } /alloc_page[^\n]*\n 0x[0-9a-f]+\n/' $stacks)"
# For the next test, if somebody runs one.
[ -z "${loaded:-}" ] || insmod "$USRSYSSHM_MODULE"
