#!/bin/sh
# After the module is unloaded none of its memory remains: kmemleak finds no object, and page_owner finds no page that the
# module allocated.
#
# Runs last in its guest and covers everything that was done there. Stack frames of an unloaded module have no symbol names.
set -eu
. "$(dirname "$0")/../shell.sh"

mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
leaks=/sys/kernel/debug/kmemleak
stacks=/sys/kernel/debug/page_owner_stacks/show_stacks
[ -e $leaks ] || fail "no kmemleak in this kernel"
[ -e $stacks ] || fail "no page_owner in this kernel"
if grep -q '^usrsysshm ' /proc/modules; then
	rmmod usrsysshm
	loaded=yes
fi

# kmemleak does not report young objects, and an object found only once may still be in use.
echo scan >$leaks
sleep 6
echo scan >$leaks
! grep -E -q 'usrsysshm|^ +(\[<[0-9a-f]+>\] )?0x[0-9a-f]+$' $leaks || { cat $leaks; fail "memory leaks"; }
# Only pages that the module itself allocated. The kernel may keep pages that it allocated meanwhile for itself, such as
# slabs.
is "pages left behind" "" "$(awk 'BEGIN { RS = "" } /alloc_page[^\n]*\n 0x[0-9a-f]+\n/' $stacks)"
# Load it again for a test that may follow.
[ -z "${loaded:-}" ] || insmod "$USRSYSSHM_MODULE"
