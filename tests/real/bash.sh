#!/bin/bash
# bash: $$, BASHPID in subshells, HOSTNAME, wait, kill, pipelines and traps.
set -eu
[ "$BASHPID" = "$(exec sh -c 'echo $PPID')" ]
for _ in {1..50}; do
	(read -r pid _ </proc/self/stat; [ "$BASHPID" = "$pid" ])
done
[ "$HOSTNAME" = "$(cat /proc/sys/kernel/hostname)" ]
sleep 100 & job=$!
kill "$job"
! wait "$job"
trap 'got=yes' USR1
kill -USR1 $$
[ "$got" = yes ]
[ "$(seq 1000 | grep -c 7 | cat)" = 271 ]
