#!/bin/sh
# Unmodified programs under `usrsysshm run`, counted by strace: python3, perl and a C program on OpenSSL make their getpid system
# calls without it, and none with it; their answers stay the same.
set -eu
. "$(dirname "$0")/../shell.sh"

calls() { # how many getpid system calls the command makes
	strace -f -o /tmp/calls -e trace=getpid "$@" >/tmp/answer
	grep -c 'getpid()' /tmp/calls || true
}

check_program() { # NAME AT_LEAST COMMAND...
	name=$1 least=$2
	shift 2
	without=$(calls "$@")
	[ "$without" -ge "$least" ] || fail "$name: $without getpid calls without the drop-in, at least $least were expected"
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
# Perl remembers $$ itself and asks again after fork.
check_program perl 1 perl -e '
sub real { open my $f, "<", "/proc/self/stat"; (split " ", <$f>)[0] }
die unless $$ == real;
my $pid = fork;
if (!$pid) { exit($$ != real) }
waitpid $pid, 0; die if $?;
print "done\n"'
check_program "OpenSSL RAND_bytes" 1000 build/tests/programs/rand_bytes 1000
