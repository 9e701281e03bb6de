#!/bin/sh
# bpftrace beside the module: kprobes and kretprobes, and fentry and fexit programs (kfunc, kretfunc) on the functions that the module hooks.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"
[ -e /sys/kernel/debug/tracing ] || mount -t debugfs debugfs /sys/kernel/debug

# The program: counts calls by function, for each of the two kinds of probe that it is given.
program() { # ENTRY RETURN
	for function in $hooked; do
		printf '%s:%s { @entered["%s"] = count(); } %s:%s { @left["%s"] = count(); } ' "$1" $function $function "$2" $function $function
	done
}
bpf_on() {
	bpftrace -o /tmp/bpf -e "$(program $kinds)" & tracer=$!
	for i in $(seq 300); do
		! grep -q 'Attaching' /tmp/bpf 2>/dev/null || break
		kill -0 $tracer 2>/dev/null || fail "bpftrace ended: $(cat /tmp/bpf)"
		sleep 1
	done
	[ "$i" -lt 300 ] || fail "bpftrace does not attach"
	# The line is printed before the probes are attached.
	sleep 10
}
bpf_off() {
	kill -INT $tracer
	wait $tracer || true
	for function in $release switch_task_namespaces proc_sys_poll_notify access_remote_vm finalize_exec; do
		grep -q "^@entered\[$function\]: [1-9]" /tmp/bpf || fail "bpftrace, $kinds: did not see $function: $(cat /tmp/bpf)"
		grep -q "^@left\[$function\]: [1-9]" /tmp/bpf || fail "bpftrace, $kinds: did not see the return of $function: $(cat /tmp/bpf)"
	done
	cat /tmp/bpf
	rm /tmp/bpf
}
for kinds in "kprobe kretprobe" "kfunc kretfunc"; do
	in_both_orders "bpftrace, $kinds" bpf_on bpf_off true
done
