#!/bin/sh
# The module beside other users of kernel hooks, in both orders of loading: ftrace's tracers, kprobes and kretprobes on the functions that
# it hooks, and live patches of them. The facts stay exact (usrsysshm selftest); where the two cannot work together, the kernel log says
# why. tests/coexist/ has what needs other packages.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/../coexist/beside.sh"

run_tool 2 selftest
contains "selftest without the module" "the module is not loaded" "$err"

# tracer_on TRACER FUNCTIONS
tracer_on() {
	echo "$2" >$tracing/set_ftrace_filter
	echo "$1" >$tracing/current_tracer
}
tracer_off() {
	echo nop >$tracing/current_tracer
	echo >$tracing/set_ftrace_filter
	echo >$tracing/trace
}
# The trace shows functions that the selftest reaches.
tracer_saw() {
	for function in switch_task_namespaces proc_sys_poll_notify; do
		grep -q "$function" $tracing/trace || fail "$1: $function is not in the trace"
	done
}
# Some hundred functions around the hooked ones, their callers among them. Emulated, the kernel takes most of a minute to trace all functions.
around="$hooked *uts* *hostname* *domainname* *_exec* *exit_m* *nsproxy* load_elf* *personality *remote_vm*"
traced_on() { tracer_on function "$around"; }
graph_on() { tracer_on function_graph "$around"; }
in_both_orders "function tracer" traced_on tracer_off tracer_saw
in_both_orders "function_graph" graph_on tracer_off tracer_saw

# Only one process is traced: the module sees all others all the same.
one_pid_on() {
	sleep 1000 & sleeper=$!
	echo $sleeper >$tracing/set_ftrace_pid
	traced_on
}
one_pid_off() {
	tracer_off
	echo >$tracing/set_ftrace_pid
	kill $sleeper
}
in_both_orders "set_ftrace_pid" one_pid_on one_pid_off true

# Probes on entry and return of each hooked function.
probes_on() {
	for function in $hooked; do
		echo "p:uss/p_$function $function"
		echo "r:uss/r_$function $function"
	done >$tracing/kprobe_events
	echo 1 >$tracing/events/uss/enable
}
probes_off() {
	echo 0 >$tracing/events/uss/enable
	echo >$tracing/kprobe_events
}
probes_hit() {
	for function in $release switch_task_namespaces proc_sys_poll_notify access_remote_vm finalize_exec; do
		for kind in p r; do
			hits=$(awk -v "name=${kind}_$function" '$1 == name { print $2 }' $tracing/kprobe_profile)
			[ "${hits:-0}" -gt 0 ] || fail "$1: no hit of ${kind}_$function"
		done
	done
}
in_both_orders "kprobes and kretprobes" probes_on probes_off probes_hit

# A live patch of a function that the module only watches works; one of a function that both replace is refused, whichever comes second.
livepatch=$(dirname "$USRSYSSHM_MODULE")/uss_livepatch.ko patch=/sys/kernel/livepatch/uss_livepatch
patch_on() {
	insmod "$livepatch" function=proc_sys_poll_notify
	until [ "$(cat $patch/transition)" = 0 ]; do sleep 0.1; done
}
patch_off() {
	echo 0 >$patch/enabled
	while [ -e $patch ]; do sleep 0.1; done
	rmmod uss_livepatch
}
patch_called() { [ "$(cat /sys/module/uss_livepatch/parameters/calls)" -gt 0 ] || fail "$1: the replacement was not called"; }
live_patches() {
	in_both_orders "live patch of proc_sys_poll_notify" patch_on patch_off patch_called

	for function in access_remote_vm finalize_exec; do
		insmod "$livepatch" function=$function
		until [ "$(cat $patch/transition)" = 0 ]; do sleep 0.1; done
		refused "live patch of $function before the module" "cannot replace $function: another module replaces it already, such as a live patch"
		patch_off
		load "after the live patch of $function"
		dmesg -C
		! insmod "$livepatch" function=$function 2>/dev/null || fail "live patch of $function after the module: it was loaded"
		contains "live patch of $function after the module" "failed to register ftrace handler for function '$function' (-16)" "$(dmesg)"
		holds "live patch of $function after the module"
		unload "live patch of $function"
	done
}
if [ -e "$livepatch" ]; then live_patches; else echo "# this kernel has no live patches"; fi

# Tracing of functions switched off.
if ! sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
	echo "# the function tracer of this kernel cannot be turned off"
	exit 0
fi
refused "kernel.ftrace_enabled=0 before the module" "tracing of functions is off; run sysctl kernel.ftrace_enabled=1 first"
sysctl -q kernel.ftrace_enabled=1
load "kernel.ftrace_enabled=1"
! sysctl -q kernel.ftrace_enabled=0 2>/dev/null || fail "kernel.ftrace_enabled=0 was accepted while the module is loaded"
holds "after kernel.ftrace_enabled=0 was refused"
unload "kernel.ftrace_enabled=0"
