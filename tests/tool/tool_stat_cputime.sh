#!/bin/sh
# usrsysshm stat counts a read of the CPU time as answered from the page only if it was: not that of a SCHED_DEADLINE thread, for which the
# library always makes the system call. Each call is counted once.
set -eu
. "$(dirname "$0")/../shell.sh"

[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
# counts COMMAND...: prints the calls answered from the page, all calls, and the system calls that went past the drop-in
counts() {
	usrsysshm stat --json -o /tmp/report "$@"
	jq -r '(.calls."clock_gettime(CLOCK_THREAD_CPUTIME_ID)" | "\(.page) \(add)") + " \(.past.clock_gettime)"' /tmp/report
}
reads='import time
if time.thread_time_ns() > 0: time.sleep(2)
for i in range(999): time.thread_time_ns()'
is "page, all and past of a SCHED_DEADLINE thread" "0 1000 0" \
	"$(counts chrt -d --sched-runtime 10000000 --sched-deadline 20000000 --sched-period 20000000 0 python3 -S -c "$reads")"
got=$(counts python3 -S -c "$reads")
is "all and past of another thread" "1000 0" "${got#* }"
[ $(($(build/tests/programs/served) & 256)) = 0 ] || [ "${got%% *}" -gt 0 ] || fail "no read was answered from the page"
