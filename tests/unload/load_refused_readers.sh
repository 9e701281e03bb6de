#!/bin/sh
# Loading the module fails late, because a live patch replaces finalize_exec, while readers of a stuck process already wait in the module's
# functions. They leave before the module's memory is freed, and continue to wait as without it. (hold_mmap_lock.ko and uss_livepatch.ko are
# for tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

modules=$(dirname "$USRSYSSHM_MODULE") patch=/sys/kernel/livepatch/uss_livepatch
if [ ! -e "$modules/uss_livepatch.ko" ]; then
	echo "this kernel has no live patches"
	exit 77
fi
insmod "$modules/uss_livepatch.ko" function=finalize_exec
until [ "$(cat $patch/transition)" = 0 ]; do sleep 0.1; done
sleep 1000 & pid=$!
while [ "$(cat "/proc/$pid/comm")" != sleep ]; do sleep 0.05; done
insmod "$modules/hold_mmap_lock.ko" pid=$pid seconds=100

rm -f /tmp/refused
while [ ! -e /tmp/refused ]; do
	cat /proc/$pid/cmdline >/dev/null &
	sleep 0.05
done &
readers=$!
begin=$(date +%s)
! insmod "$USRSYSSHM_MODULE" at_exec=1 ps_patience_ms=60000 2>/dev/null || fail "the module was loaded"
contains "the kernel log" "cannot replace finalize_exec" "$(dmesg)"
[ $(($(date +%s) - begin)) -lt 45 ] || fail "loading waited as long as the readers do"
touch /tmp/refused
wait $readers
# Any reader that is left in freed memory runs there within a second.
sleep 2
! timeout -s KILL 2 cat /proc/$pid/cmdline || fail "a reader did not wait after loading had failed"
rmmod hold_mmap_lock
is "command line" "sleep 1000 " "$(tr '\0' ' ' </proc/$pid/cmdline)"
kill $pid
echo 0 >$patch/enabled
while [ -e $patch ]; do sleep 0.1; done
rmmod uss_livepatch
