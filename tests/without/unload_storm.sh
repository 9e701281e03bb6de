#!/bin/bash
# The module comes and goes beside storms of fork, vfork, exec, titles and ps: no wrong answer, no complaint, and it goes each time.
#
# CYCLES in the environment says how often (default 3; `make check-unload` 1,000).
set -eu
. "$(dirname "$0")/../shell.sh"

for storm in 1 2 3; do
	build/tests/programs/ask_for_ever /tmp/over storm & pids="${pids:-} $!"
done
(while [ ! -e /tmp/over ]; do ps -eo pid,args >/dev/null; usrsysshm ps >/dev/null || exit 1; done) & pids="$pids $!"
(while [ ! -e /tmp/over ]; do usrsysshm run /bin/true || exit 1; done) & pids="$pids $!"
# shellcheck disable=SC2086 # a list of words
set -- $pids
for cycle in $(seq "${CYCLES:-3}"); do
	insmod "$USRSYSSHM_MODULE"
	# One at least has come to have pages, which are then taken away.
	until grep -q 'inode:.usrsysshm' "/proc/$1/maps"; do
		[ -d "/proc/$1" ] || fail "a storm has ended"
		sleep 0.05
	done
	sleep "0.$((RANDOM % 5))"
	rmmod usrsysshm
done
touch /tmp/over
for pid in $pids; do
	wait "$pid" || fail "a storm had a wrong answer"
done
[ ! -e /sys/kernel/usrsysshm ] || fail "/sys/kernel/usrsysshm is left behind"
echo "$cycle cycles"
