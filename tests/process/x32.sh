#!/bin/sh
# x32 programs, whose system calls have numbers of their own: pid, fork id, start time, titles, namespaces, personality. vm/run boots a
# kernel that has x32 so that it runs them.
. "$(dirname "$0")/../shell.sh"

[ "$(uname -m)" = x86_64 ] || { echo "only x86-64 has x32"; exit 77; }
for test in program_32bit vfork_child uts_leave personality titles; do
	"build/tests/x32/$test"
	status=$?
	[ $status != 126 ] || { echo "this kernel runs no x32 programs"; exit 77; }
	[ $status = 0 ] || fail "$test: status $status"
done
