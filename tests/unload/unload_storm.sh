#!/bin/bash
# The module is loaded and unloaded under constant fork, vfork, exec, titles, host names and ps. No answer is wrong, the
# kernel log stays clean, and each unload completes.
#
# CYCLES in the environment sets the number of cycles (default 3; `make check-unload` 1,000).
set -eu
. "$(dirname "$0")/../shell.sh"

for _ in 1 2 3; do
	build/tests/programs/ask_for_ever /tmp/over storm & pids="${pids:-} $!"
done
(while [ ! -e /tmp/over ]; do ps -eo pid,args >/dev/null; usrsysshm ps >/dev/null || exit 1; done) & pids="$pids $!"
(while [ ! -e /tmp/over ]; do usrsysshm run /bin/true || exit 1; done) & pids="$pids $!"
(while [ ! -e /tmp/over ]; do hostname "storm$((RANDOM % 1000))" && sleep 0.05 || exit 1; done) & pids="$pids $!"
for cycle in $(seq "${CYCLES:-3}"); do
	insmod "$USRSYSSHM_MODULE"
	# The storm programs exec and may have no pages at unload. This program has pages, which are replaced.
	build/tests/programs/ask_for_ever /tmp/gone & steady=$!
	until grep -q '\[usrsysshm' "/proc/$steady/maps"; do
		kill -0 $steady || break
		sleep 0.05
	done
	sleep "0.$((RANDOM % 5))"
	rmmod usrsysshm
	touch /tmp/gone
	wait $steady || fail "cycle $cycle: a program whose pages were replaced got a wrong answer or was killed"
	rm /tmp/gone
	for pid in $pids; do
		kill -0 "$pid" || fail "cycle $cycle: a storm program got a wrong answer or was killed"
	done
done
touch /tmp/over
for pid in $pids; do
	wait "$pid" || fail "a storm program got a wrong answer"
done
[ ! -e /sys/kernel/usrsysshm ] || fail "/sys/kernel/usrsysshm is left behind"
echo "$cycle cycles"
