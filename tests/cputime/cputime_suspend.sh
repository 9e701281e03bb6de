#!/bin/sh
# A suspend withdraws the scheduler's clock, and a second after the resume CPU time comes from the page again, and is right. (change_clock.ko
# is for tests only. It makes the last step of a suspend, without the steps before it, and the first one of a resume.)
set -eu
. "$(dirname "$0")/../shell.sh"

changer=$(dirname "$USRSYSSHM_MODULE")/change_clock.ko
build/tests/programs/change_clock || { status=$?; [ $status != 77 ] || exit 77; fail "before the suspend: status $status"; }
insmod "$changer"
trap 'rmmod change_clock' EXIT
status=0
build/tests/programs/clock_suspend /sys/module/change_clock/parameters/suspend || status=$?
exit $status
