#!/bin/sh
# perl: $$ in children, Sys::Hostname and POSIX::uname, compared with syscall().
exec perl -e '
use strict; use Sys::Hostname; use POSIX ();
sub check { die "pid" unless $$ == syscall(39) && POSIX::getpid() == $$; die "host" unless hostname() eq (POSIX::uname())[1]; }
check();
POSIX::getpid() for 1 .. 20000;
for (1 .. 50) { my $pid = fork; if (!$pid) { check(); POSIX::_exit(0) } waitpid $pid, 0; die if $? }
system("true") == 0 or die;
check();'
