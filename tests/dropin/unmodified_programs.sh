#!/bin/sh
# Under `usrsysshm run`, strace counts no getpid system calls in unmodified programs (python3, perl, a C program on OpenSSL)
# that make them without the drop-in. Their results stay the same.
set -eu
. "$(dirname "$0")/../shell.sh"

calls() { # COMMAND...: counts its getpid system calls
	strace -f -o /tmp/calls -e trace=getpid "$@" >/tmp/answer
	grep -c 'getpid()' /tmp/calls || true
}

check_program() { # NAME AT_LEAST COMMAND...
	name=$1 least=$2
	shift 2
	without=$(calls "$@")
	[ "$without" -ge "$least" ] || fail "$name: $without getpid calls without the drop-in, expected at least $least"
	contains "$name" "done" "$(cat /tmp/answer)"
	is "$name with the drop-in" 0 "$(calls usrsysshm run -- "$@")"
	contains "$name with the drop-in" "done" "$(cat /tmp/answer)"
}

check_program python3 1000 /usr/bin/python3 -c '
import os
real = int(open("/proc/self/stat").read().split()[0])
assert all(os.getpid() == real for i in range(1000))
pid = os.fork()
if pid == 0:
    os._exit(os.getpid() != int(open("/proc/self/stat").read().split()[0]))
assert os.waitpid(pid, 0)[1] == 0
print("done")'
# Perl caches $$ and calls getpid again after fork.
check_program perl 1 perl -e '
sub real { open my $f, "<", "/proc/self/stat"; (split " ", <$f>)[0] }
die unless $$ == real;
my $pid = fork;
if (!$pid) { exit($$ != real) }
waitpid $pid, 0; die if $?;
print "done\n"'
check_program "OpenSSL RAND_bytes" 1000 build/tests/programs/rand_bytes 1000
