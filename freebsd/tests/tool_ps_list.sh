#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm ps lists all processes although another program waits for a stuck process in a large request, which makes all large requests
# wait, such as that for the list of processes.

. ./helper_stuck.sh
stuck_begin
./helper_pages large $stuck &
sleep 1
# What ps(1) does then: it waits.
ps -ax -o pid= >/dev/null &
ordinary=$!
./usrsysshm ps >/tmp/uss-ps.$$ &
ps=$!
tries=0
while kill -0 $ps 2>/dev/null && [ $tries -lt 60 ]; do
	tries=$((tries + 1))
	sleep 1
done
kill -0 $ordinary 2>/dev/null || fail "ps(1) does not wait: no large request does"
[ $tries -lt 60 ] || fail "usrsysshm ps waits"
output=$(cat /tmp/uss-ps.$$; rm /tmp/uss-ps.$$)
case $output in *" 1 "*" $stuck "*"[helper_pages] ?"*) ;; *) fail "usrsysshm ps prints: $output" ;; esac
