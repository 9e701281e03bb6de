#!/bin/bash
# A memory cgroup is filled by processes that ask for pages and set titles, until the kernel finds no memory for one of them. The OOM killer
# runs inside that cgroup only, no process outside is affected, and all pages are freed.
set -eu
. "$(dirname "$0")/../shell.sh"
group=/sys/fs/cgroup/usrsysshm-limit over=/tmp/memory_limit.over
rm -f $over

echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $group
# Some dozens of processes, so that the loop below sees their pages also in a slow machine.
echo 16M >$group/memory.max
# Kill the whole cgroup at once: this writes a single report to the log, which is small.
echo 1 >$group/memory.oom.group
[ ! -e $group/memory.swap.max ] || echo 0 >$group/memory.swap.max
build/tests/programs/ask_for_ever $over & outside=$!
pages=$(cat /sys/kernel/usrsysshm/pages)
# The report contains a call trace, which tests/run would treat as a failure. This test checks the log itself and clears it.
dmesg -n 1
(
	echo 0 >$group/cgroup.procs
	while build/tests/programs/hold_title "a title" & do :; done
) 2>/dev/null & bomb=$!
most=0
until grep -q '^oom_kill [1-9]' $group/memory.events; do
	read -r now </sys/kernel/usrsysshm/pages
	[ "$now" -le "$most" ] || most=$now
done
[ "$most" -gt $((pages + 10)) ] || fail "the cgroup was full with $most pages in use, $pages before: its processes had none"
kill -0 $outside || fail "a process outside the cgroup was killed"
echo 1 >$group/cgroup.kill
wait $bomb || true
until rmdir $group 2>/dev/null; do sleep 0.1; done
contains "the log" "invoked oom-killer" "$(dmesg)"
is "call traces outside the reports" "$(dmesg | grep -c 'invoked oom-killer')" "$(dmesg | grep -c 'Call [Tt]race')"
is "kills outside the cgroup" 0 "$(dmesg | grep 'oom-kill:' | grep -vc "oom_memcg=/${group##*/}")"
dmesg -C
dmesg -n 5
touch $over
wait $outside || fail "a process outside the cgroup got a wrong answer"
tries=0
until [ "$(cat /sys/kernel/usrsysshm/pages)" -le "$pages" ]; do
	[ $((tries += 1)) -lt 100 ] || fail "$pages pages before, $(cat /sys/kernel/usrsysshm/pages) after"
	sleep 0.1
done
