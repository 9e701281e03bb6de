# For the tests of this folder and tests/unload/coexist.sh: loads the module beside something else that hooks the kernel, in both orders.
# A guest without the module. $0 sets -eu and sources tests/shell.sh first.
# shellcheck shell=sh disable=SC2034 # the tests use $hooked and $release

tracing=/sys/kernel/tracing
[ -e $tracing/events ] || mount -t tracefs tracefs $tracing
hooked=
# From 7.3 on one function is in the place of two.
if grep -qx mm_exit_exec_release $tracing/available_filter_functions; then
	release=mm_exit_exec_release
else
	release="exec_mm_release exit_mm_release"
fi
for function in $release exit_mmap switch_task_namespaces __x64_sys_personality \
	__ia32_sys_personality proc_sys_poll_notify calc_global_load add_device_randomness access_remote_vm finalize_exec; do
	! grep -qx $function $tracing/available_filter_functions || hooked="$hooked $function"
done

# With at_exec=1 it hooks finalize_exec as well.
load() { insmod "$USRSYSSHM_MODULE" at_exec=1 || fail "$1: the module cannot be loaded: $(dmesg | grep usrsysshm | tail -n 2)"; }
unload() { rmmod usrsysshm || fail "$1: the module cannot be unloaded"; }

# holds WHERE: nothing differs, and everything is served
holds() {
	usrsysshm selftest --quiet >/tmp/selftest 2>&1 || fail "$1: selftest: status $?: $(cat /tmp/selftest)"
	contains "$1" ", 0 differ, 0 not served, " "$(cat /tmp/selftest)"
}

# in_both_orders NAME ON OFF SEEN: ON and OFF are functions that start and stop it; SEEN fails unless it has seen the hooked functions.
in_both_orders() {
	begin=$(date +%s)
	$2
	load "$1 before the module"
	holds "$1 before the module"
	$4 "$1 before the module"
	$3
	# On again: it comes after the module now, and the module leaves first.
	$2
	holds "$1 after the module"
	$4 "$1 after the module"
	unload "$1 after the module"
	$3
	echo "# $1: $(($(date +%s) - begin)) s"
}

# refused WHERE MESSAGE: loading fails, and the kernel log says MESSAGE
refused() {
	dmesg -C
	! insmod "$USRSYSSHM_MODULE" at_exec=1 2>/dev/null || fail "$1: the module was loaded"
	contains "$1" "$2" "$(dmesg)"
}
