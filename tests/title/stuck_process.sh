#!/bin/bash
# While the mmap_lock of a titled process is held, as if the process were stuck, its command line can be read at once. Stock ps, which also
# reads every environment, finishes. An untitled process blocks its reader with ps_patience_ms=0, as a control. (hold_mmap_lock.ko is for
# tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

holder=$(dirname "$USRSYSSHM_MODULE")/hold_mmap_lock.ko
patience=/sys/module/usrsysshm/parameters/ps_patience_ms
trap 'rmmod hold_mmap_lock 2>/dev/null || true; echo 100 >$patience' EXIT
now() { date +%s%3N; }

# took COMMAND...: leaves its output in $out and the fastest of three runs, in milliseconds, in $took
took() {
	local start
	took=1000000
	for _ in 1 2 3; do
		start=$(now)
		out=$("$@" | tr -d '\0')
		start=$(($(now) - start))
		[ "$start" -ge "$took" ] || took=$start
	done
}

build/tests/programs/hold_title "a titled process that is stuck" & pid=$!
wait_for_title $pid 'a titled'
# Measure ps without a stuck process, to subtract it: an emulator may take a second to start a ps.
took ps -ef; ps_alone=$took
took ps aux; aux_alone=$took
insmod "$holder" pid=$pid seconds=100
read -r microseconds out < <(build/tests/programs/time_read /proc/$pid/cmdline)
is "cmdline" "a titled process that is stuck" "$out"
[ "$microseconds" -lt 50000 ] || fail "cmdline of a stuck process took $microseconds us"
took ps -ef
contains "ps -ef" "a titled process that is stuck" "$out"
[ $((took - ps_alone)) -lt 1000 ] || fail "ps -ef took $took ms, alone $ps_alone ms"
took ps aux
contains "ps aux" "a titled process that is stuck" "$out"
[ $((took - aux_alone)) -lt 1000 ] || fail "ps aux took $took ms, alone $aux_alone ms"
echo "cmdline $microseconds us; ps -ef $took ms, alone $ps_alone ms"
took cat /proc/$pid/environ
is "environment of a stuck titled process" "" "$out"
rmmod hold_mmap_lock
contains "environment after the lock is released" PATH= "$(tr '\0' ' ' </proc/$pid/environ)"
kill $pid

# The control: an untitled process, with ps_patience_ms=0.
echo 0 >$patience
sleep 1000 & pid=$!
insmod "$holder" pid=$pid seconds=8
status=0
timeout 1 cat /proc/$pid/cmdline >/dev/null || status=$?
is "cmdline of a stuck process without a title" 124 "$status"
# usrsysshm ps does not block there.
out=$(timeout 2 usrsysshm ps) || fail "usrsysshm ps blocks"
contains "usrsysshm ps" "$pid root     [sleep] ?" "$out"
rmmod hold_mmap_lock
contains "cmdline after the lock is released" sleep "$(tr '\0' ' ' </proc/$pid/cmdline)"
kill $pid
