#!/bin/sh
# The module beside ftrace's tools that hook all functions: the function and function_graph tracers, the profiler and the stack tracer.
#
# An emulated kernel takes up to a minute to change the code of all functions. So the watchdog for soft lockups is off.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"
sysctl -q kernel.watchdog=0

tracer_off() { echo nop >$tracing/current_tracer; }
tracer_saw() { [ "$(head -n 2000 $tracing/trace | grep -vc '^#')" -gt 1000 ] || fail "$1: the trace is empty"; }
function_on() { echo function >$tracing/current_tracer; }
graph_on() { echo function_graph >$tracing/current_tracer; }
in_both_orders "function tracer on all functions" function_on tracer_off tracer_saw
in_both_orders "function_graph on all functions" graph_on tracer_off tracer_saw

profile_on() { echo 1 >$tracing/function_profile_enabled; }
profile_off() { echo 0 >$tracing/function_profile_enabled; }
profile_saw() { cat $tracing/trace_stat/function* | grep -q "${release##* }" || fail "$1: ${release##* } was not counted"; }
in_both_orders "profiler of functions" profile_on profile_off profile_saw

stack_on() { sysctl -q kernel.stack_tracer_enabled=1; }
stack_off() { sysctl -q kernel.stack_tracer_enabled=0; }
stack_saw() { grep -q '^ *[0-9]*)' $tracing/stack_trace || fail "$1: no stack"; }
in_both_orders "stack tracer" stack_on stack_off stack_saw
