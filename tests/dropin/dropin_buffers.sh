#!/bin/sh
# Given a buffer that is NULL, invalid, unaligned, read-only or too short, each call of the drop-in ends as libc's does
# (tests/programs/buffers.c). The same in a program linked with musl, and on one processor only.
set -eu
. "$(dirname "$0")/../shell.sh"

musl-gcc -D_GNU_SOURCE -o /tmp/musl_buffers tests/programs/buffers.c
for program in build/tests/programs/buffers /tmp/musl_buffers; do
	taskset 1 "$program" >/tmp/expected
	taskset 1 usrsysshm run "$program" >/tmp/got
	[ "$(wc -l </tmp/expected)" -gt 800 ] || fail "$program printed too few lines"
	diff /tmp/expected /tmp/got || fail "$program: the results differ with the drop-in"
done
