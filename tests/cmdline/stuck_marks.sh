#!/bin/sh
# `usrsysshm ps` marks a stuck process, and no other one whose environment it can read, while another reader meets the stuck process all the
# time. (hold_mmap_lock.ko is for tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

sleep 2001 & free=$!
sleep 2002 & stuck=$!
wait_for_title $free 'sleep 2001'
wait_for_title $stuck 'sleep 2002'
insmod "$(dirname "$USRSYSSHM_MODULE")/hold_mmap_lock.ko" pid=$stuck seconds=100
python3 -c "while True: open('/proc/$stuck/cmdline', 'rb').read()" & reader=$!
trap 'kill $reader' EXIT
# Until the reader has used up its patience, and does not wait any more.
sleep 3
for i in 1 2 3 4 5 6 7 8 9 10; do
	run_tool 0 ps
	contains "usrsysshm ps" "sleep 2002 ?" "$out"
	contains "usrsysshm ps" "sleep 2001" "$out"
	! echo "$out" | grep -q 'sleep 2001 ?' || fail "a process that is not stuck is marked, the ${i}th time"
done
rmmod hold_mmap_lock
kill $free $stuck
