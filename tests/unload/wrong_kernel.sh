#!/bin/sh
# If the kernel lacks a feature that the module needs (here the function tracer is turned off), loading fails with a fitting
# errno and one line in the kernel log, and leaves nothing behind. With the tracer on again, loading succeeds, and the tracer
# cannot be turned off while the module is loaded.
set -eu
. "$(dirname "$0")/../shell.sh"

module=$USRSYSSHM_MODULE
[ -e /sys/kernel/tracing/enabled_functions ] || mount -t tracefs tracefs /sys/kernel/tracing
[ -f "$module" ] || fail "no $module"
if ! sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
	echo "the function tracer of this kernel cannot be turned off"
	exit 77
fi
dmesg -C
status=0
err=$(insmod "$module" 2>&1) || status=$?
[ "$status" != 0 ] || fail "the module was loaded"
contains insmod "Device or resource busy" "$err"
lines=$(dmesg | grep -v 'module verification failed\|loading out-of-tree module\|CPU time is not served' || true)
is "lines in the kernel log" 1 "$(echo "$lines" | wc -l)"
contains "kernel log" "usrsysshm: cannot hook exec_mm_release" "$lines"
[ ! -e /sys/kernel/usrsysshm ] || fail "/sys/kernel/usrsysshm is left behind"
[ ! -e /proc/sys/kernel/usrsysshm ] || fail "/proc/sys/kernel/usrsysshm is left behind"
is "hooks left behind" "" "$(cat /sys/kernel/tracing/enabled_functions)"
is "module left behind" "" "$(grep usrsysshm /proc/modules || true)"
is "mappings" "" "$(grep usrsysshm /proc/self/maps || true)"

sysctl -q kernel.ftrace_enabled=1
insmod "$module"
read -r _ </proc/sys/kernel/usrsysshm
is "mappings after loading and asking" 1 "$(grep -c usrsysshm /proc/$$/maps)"
if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then fail "the function tracer was turned off while the module is loaded"; fi
# Two more where CPU time is served: the kernel places those probes by ftrace. Two less on arm64, where 32-bit programs share functions. One
# less in a kernel without 32-bit programs.
case $(grep -c . /sys/kernel/tracing/enabled_functions) in
11 | 12 | 14 | 16) ;;
*) fail "hooked functions: $(cat /sys/kernel/tracing/enabled_functions)" ;;
esac
rmmod usrsysshm
