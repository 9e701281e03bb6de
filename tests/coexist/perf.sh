#!/bin/sh
# perf beside the module: perf probe on the functions that the module hooks, and perf trace of a system-wide run.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"

probe_on() {
	# At once: each call of perf reads all symbols of the kernel.
	# shellcheck disable=SC2046 # a list of words
	perf probe -q $(for function in $hooked; do echo "--add uss_$function=$function"; done) || fail "perf probe --add"
	perf record -q -a -e 'probe:*' -o /tmp/perf.data sleep 1000 2>/tmp/perf.err & recorder=$!
	sleep 5
}
probe_off() {
	kill -INT $recorder
	wait $recorder || true
	perf script -i /tmp/perf.data -F event 2>/dev/null | sort | uniq -c >/tmp/events
	for function in exec_mm_release exit_mm_release switch_task_namespaces access_remote_vm finalize_exec; do
		grep -q "probe:uss_$function" /tmp/events || fail "perf did not see $function: $(cat /tmp/events /tmp/perf.err)"
	done
	cat /tmp/events
	perf probe -q --del 'probe:uss_*'
}
in_both_orders "perf probe and perf record" probe_on probe_off true

trace_on() {
	perf trace -a -o /tmp/trace sleep 1000 2>/tmp/perf.err & recorder=$!
	sleep 5
}
trace_off() {
	kill -INT $recorder
	wait $recorder || true
	grep -q 'sethostname\|unshare' /tmp/trace || fail "perf trace did not see sethostname: $(head -n 3 /tmp/trace /tmp/perf.err)"
}
in_both_orders "perf trace" trace_on trace_off true
