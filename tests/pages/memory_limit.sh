#!/bin/bash
# A memory cgroup that is full of processes with pages: the kernel kills in it, and nobody outside is hurt; all its pages come back.
set -eu
. "$(dirname "$0")/../shell.sh"
group=/sys/fs/cgroup/usrsysshm-limit over=/tmp/memory_limit.over
rm -f $over

echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group
echo 8M >$group/memory.max
# All of it at once: one report in the log, which has room for few.
echo 1 >$group/memory.oom.group
[ ! -e $group/memory.swap.max ] || echo 0 >$group/memory.swap.max
build/tests/programs/ask_for_ever $over & outside=$!
pages=$(cat /sys/kernel/usrsysshm/pages)
# The kernel writes a trace with its report; it is read here, and by nobody else.
dmesg -n 1
(
	echo 0 >$group/cgroup.procs
	while sleep 1000 & do :; done
) 2>/dev/null & bomb=$!
until grep -q '^oom_kill [1-9]' $group/memory.events; do sleep 0.1; done
kill -0 $outside || fail "a process outside died"
echo 1 >$group/cgroup.kill
wait $bomb || true
until rmdir $group 2>/dev/null; do sleep 0.1; done
contains "the log" "invoked oom-killer" "$(dmesg)"
is "traces" "$(dmesg | grep -c 'invoked oom-killer')" "$(dmesg | grep -c 'Call Trace')"
is "kills elsewhere" 0 "$(dmesg | grep 'oom-kill:' | grep -vc "oom_memcg=/${group##*/}")"
dmesg -C
dmesg -n 5
touch $over
wait $outside || fail "a process outside had a wrong answer"
tries=0
until [ "$(cat /sys/kernel/usrsysshm/pages)" -le "$pages" ]; do
	[ $((tries += 1)) -lt 100 ] || fail "$pages pages before, $(cat /sys/kernel/usrsysshm/pages) after"
	sleep 0.1
done
