#!/bin/bash
# The module is loaded and unloaded six times while programs run. They get right answers all the time and continue by system
# call, their mappings are replaced by anonymous memory, and nothing of the module remains.
set -eu
. "$(dirname "$0")/../shell.sh"

module=$USRSYSSHM_MODULE
[ -e /sys/kernel/tracing/enabled_functions ] || mount -t tracefs tracefs /sys/kernel/tracing

pids=
for round in $(seq 6); do
	insmod "$module"
	build/tests/programs/ask_for_ever /tmp/enough & pids="$pids $!"
	# A process that never touches its pages, and one (cat) that exits before the module is unloaded.
	bash -c 'read -r address </proc/sys/kernel/usrsysshm; kill -STOP $$' & sleepers="${sleepers:-} $!"
	# A process that seals its pages, if the kernel supports mseal(2) (6.10).
	build/tests/programs/seal & sleepers="$sleepers $!"
	cat /proc/sys/kernel/usrsysshm >/tmp/base
	[ "$(cat /tmp/base)" != 0 ] || fail "round $round: no pages"
	while ! grep -q '\[usrsysshm' /proc/${pids##* }/maps; do :; done
	build/tests/programs/hold_title "a title" & titled=$!
	wait_for_title $titled 'a title'
	rmmod usrsysshm
	is "round $round: command line after a title" "build/tests/programs/hold_title a title " "$(tr '\0' ' ' </proc/$titled/cmdline)"
	kill $titled
	[ ! -e /proc/sys/kernel/usrsysshm ] || fail "the sysctl is left behind"
	[ ! -e /sys/kernel/usrsysshm ] || fail "/sys/kernel/usrsysshm is left behind"
	is "round $round: hooks left behind" "" "$(cat /sys/kernel/tracing/enabled_functions)"
	is "round $round: mappings left behind" "" "$(cat /proc/[0-9]*/maps 2>/dev/null | grep '\[usrsysshm' || true)"
	if [ $((round % 3)) = 0 ]; then
		is "programs still running" 3 "$(ls -d $(printf '/proc/%s ' $pids) | wc -l)"
		touch /tmp/enough
		for pid in $pids; do
			wait "$pid" || fail "a program got a wrong answer or was killed"
		done
		rm /tmp/enough
		pids=
	fi
done
contains "mapping in place of the pages" /dev/zero "$(cat /proc/${sleepers##* }/maps)"
kill -KILL $sleepers
insmod "$module"
read -r _ </proc/sys/kernel/usrsysshm
is "loaded once more" "[usrsysshm]" "$(awk '/usrsysshm/ { print $6 }' /proc/$$/maps)"
rmmod usrsysshm
