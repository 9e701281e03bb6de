#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm ps lists every process with user and command line, as text and as JSON: one with a title, one whose command line the kernel does
# not keep, and one of the kernel.

fail() {
	echo "tool_ps.sh: $*"
	exit 1
}

long=x
while [ ${#long} -lt 1024 ]; do
	long=$long$long
done
./helper_title "the title" &
titled=$!
./helper_pages "$long" two &
plain=$!
trap 'kill $titled $plain' EXIT
sleep 1
output=$(./usrsysshm ps) || fail "status $?"
json=$(./usrsysshm ps --json) || fail "status $? of --json"
ps=$(ps -ax -o pid= | while read -r pid; do echo "$pid"; done)
user=$(ps -o user= -p $$)
case $output in
"  PID USER     COMMAND
"*" $titled $user "*" the title
"*) ;;
*) fail "no title of $titled: $output" ;;
esac
case $output in
*" $plain $user "*" ./helper_pages $long two
"*) ;;
*) fail "no command line of $plain: $output" ;;
esac
case $output in *" 0 $user "*" [kernel]"*) ;; *) fail "no kernel: $output" ;; esac
case $output in *" ?"*) fail "a process is marked as stuck: $output" ;; esac
case $json in
'[{"pid": 0, "user": "'$user'", "args": "[kernel]"},'*'{"pid": '$titled', "user": "'$user'", "args": "the title"}'*']') ;;
*) fail "--json: $json" ;;
esac
# All that ps(1) has listed in between, but ps itself and what the shell had forked for it.
missing=0
for pid in $ps; do
	case $output in *" $pid "*) ;; *) missing=$((missing + 1)) ;; esac
done
[ $missing -le 3 ] || fail "$missing processes are missing: $output"
