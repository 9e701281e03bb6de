#!/bin/sh
# Titles as others see them, through the page and by the classic method: every length up to the limit and beyond, cut between
# UTF-8 characters, odd bytes, formats, the original command line byte for byte, fork and exec, the shortest argv, stock ps
# and pgrep.
set -eu
. "$(dirname "$0")/../shell.sh"

for way in page classic; do
	USRSYSSHM_TITLE=$way build/tests/programs/titles || fail "$way"
	USRSYSSHM_TITLE=$way build/tests/programs/titles_32bit || fail "$way, 32-bit"
	USRSYSSHM_TITLE=$way setpriv --reuid 65534 --clear-groups build/tests/programs/titles || fail "$way, as an ordinary user"
	USRSYSSHM_TITLE=$way build/tests/programs/hold_title "my daemon: serving 42 clients" & pid=$!
	while [ "$(tr '\0' ' ' </proc/$pid/cmdline)" != "my daemon: serving 42 clients " ]; do sleep 0.1; done
	is "$way: ps -o args" "my daemon: serving 42 clients" "$(ps -p $pid -o args= | sed 's/ *$//')"
	contains "$way: ps -ef" "my daemon: serving 42 clients" "$(ps -ef)"
	contains "$way: ps aux" "my daemon: serving 42 clients" "$(ps aux)"
	is "$way: pgrep -f" "$pid" "$(pgrep -f 'serving 42 clients')"
	contains "$way: top" "my daemon: serving 42" "$(top -b -n 1 -c -w 200)"
	: >/tmp/screen
	TERM=xterm script -qfc 'stty cols 200 rows 60; htop' /tmp/screen </dev/null >/dev/null 2>&1 & screen=$!
	# (htop also lists this grep, which must not match itself.)
	for i in $(seq 300); do
		! tr -d '\0' </tmp/screen | grep -aq 'serving 42 client[s]' || break
		sleep 0.2
	done
	kill -KILL $screen
	[ "$i" -lt 300 ] || fail "$way: htop does not show it"
	kill $pid
done
# The page is the default, also with an empty environment.
build/tests/programs/titles
# Through the page only the first title makes system calls, because it asks for the title area. Between the two marks, which
# are failing writes, there must be none.
strace -o /tmp/calls build/tests/programs/hold_title --marked "a title through the page" || true
between=$(sed -n '/write(-1, "begin"/,/write(-1, "end"/p' /tmp/calls)
is "system calls of two titles through the page, after the first" 2 "$(echo "$between" | wc -l)"
USRSYSSHM_TITLE=classic strace -o /tmp/calls build/tests/programs/hold_title --marked "a title by the classic method" || true
contains "system calls of a title by the classic method" PR_SET_MM_MAP "$(cat /tmp/calls)"
