#!/bin/sh
# perf beside the module: perf probe on the functions that the module hooks, and perf trace of a system-wide run.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"

# record ARGUMENTS...: starts perf, and returns when it records. It starts the program that it is given when all events are enabled.
record() {
	rm -f /tmp/recording
	perf "$@" sh -c 'touch /tmp/recording; exec sleep 1000' 2>/tmp/perf.err & recorder=$!
	until [ -e /tmp/recording ]; do
		kill -0 $recorder 2>/dev/null || fail "perf $1 ended: $(cat /tmp/perf.err)"
		sleep 1
	done
}
probe_on() {
	# At once: each call of perf reads all symbols of the kernel.
	# shellcheck disable=SC2046 # a list of words
	perf probe -q $(for function in $hooked; do echo "--add uss_$function=$function"; done) || fail "perf probe --add"
	record record -q -a -e 'probe:*' -o /tmp/perf.data
}
probe_off() {
	kill -INT $recorder
	wait $recorder || true
	perf script -i /tmp/perf.data -F event 2>/dev/null | sort | uniq -c >/tmp/events
	for function in $release switch_task_namespaces access_remote_vm finalize_exec; do
		grep -q "probe:uss_$function" /tmp/events || fail "perf did not see $function: $(cat /tmp/events /tmp/perf.err)"
	done
	cat /tmp/events
	perf probe -q --del 'probe:uss_*'
}
in_both_orders "perf probe and perf record" probe_on probe_off true

trace_on() {
	record trace -a -o /tmp/trace
}
trace_off() {
	kill -INT $recorder
	wait $recorder || true
	grep -q 'sethostname\|unshare' /tmp/trace || fail "perf trace did not see sethostname: $(head -n 3 /tmp/trace /tmp/perf.err)"
}
in_both_orders "perf trace" trace_on trace_off true
