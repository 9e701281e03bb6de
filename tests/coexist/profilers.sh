#!/bin/sh
# The module beside ftrace's profiler of functions, which counts and times every function, and its stack tracer.
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"

profile_on() { echo 1 >$tracing/function_profile_enabled; }
profile_off() { echo 0 >$tracing/function_profile_enabled; }
profile_saw() { cat $tracing/trace_stat/function* | grep -q exit_mm_release || fail "$1: exit_mm_release was not counted"; }
in_both_orders "profiler of functions" profile_on profile_off profile_saw

stack_on() { sysctl -q kernel.stack_tracer_enabled=1; }
stack_off() { sysctl -q kernel.stack_tracer_enabled=0; }
stack_saw() { grep -q '^ *[0-9]*)' $tracing/stack_trace || fail "$1: no stack"; }
in_both_orders "stack tracer" stack_on stack_off stack_saw
