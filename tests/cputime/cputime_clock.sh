#!/bin/sh
# CPU time from the page stays right while the kernel changes the scale of the scheduler's clock, and is served again a second later.
# (change_clock.ko is for tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

changer=$(dirname "$USRSYSSHM_MODULE")/change_clock.ko
build/tests/programs/change_clock || { status=$?; [ $status != 77 ] || exit 77; fail "before any change: status $status"; }
insmod "$changer"
trap 'echo 0 >/sys/module/change_clock/parameters/khz; rmmod change_clock' EXIT
build/tests/programs/change_clock /sys/module/change_clock/parameters/khz
