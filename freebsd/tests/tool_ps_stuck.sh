#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm ps does not wait for a process whose memory is locked, but marks it. It does not leave anything behind that other programs
# wait for.

. ./helper_stuck.sh
stuck_begin
# In a pipe, which is open as long as anything has it open.
./usrsysshm ps --json | cat >/tmp/uss-ps.$$ &
pipe=$!
sleep 10
kill -0 $pipe 2>/dev/null && fail "usrsysshm ps waits"
output=$(cat /tmp/uss-ps.$$; rm /tmp/uss-ps.$$)
case $output in
*'{"pid": '$stuck', '*', "args": "[helper_pages]", "stuck": true}'*) ;;
*) fail "the process is not marked: $output" ;;
esac
case $output in *'"stuck": true'*'"stuck": true'*) fail "more than one is marked: $output" ;; esac
case $(./usrsysshm ps) in
*"[helper_pages] ?
"*) ;;
*) fail "no mark in the text" ;;
esac
# The readers that were left behind hold nothing that a large request needs.
./helper_pages large $$ &
large=$!
sleep 2
kill -0 $large 2>/dev/null && fail "usrsysshm ps makes large requests of others wait"
# What ps(1) does with such a process.
ps -ww -o args= -p $stuck >/dev/null &
ordinary=$!
sleep 2
kill -0 $ordinary 2>/dev/null || fail "ps(1) does not wait: the process is not stuck"
