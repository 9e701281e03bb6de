#!/bin/bash
# While the mmap_lock of a process with pages is held, unloading the module blocks. It completes as soon as the lock is
# released. (hold_mmap_lock.ko is for tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

insmod "$USRSYSSHM_MODULE"
build/tests/programs/hold_title "a title" & pid=$!
wait_for_title $pid 'a title'
insmod "$(dirname "$USRSYSSHM_MODULE")/hold_mmap_lock.ko" pid=$pid seconds=100
rmmod usrsysshm & unloader=$!
sleep 5
kill -0 $unloader || fail "rmmod did not wait"
rmmod hold_mmap_lock
wait $unloader || fail "rmmod failed"
is "command line" "build/tests/programs/hold_title a title " "$(tr '\0' ' ' </proc/$pid/cmdline)"
kill $pid
