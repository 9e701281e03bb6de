#!/bin/bash
# While a titled process's mmap_lock is held, as by a process that is stuck, its command line can be read at once, and stock ps, which
# reads everybody's environment too, finishes. An untitled one is seen to block. (hold_mmap_lock.ko is a module for this test only.)
set -eu
. "$(dirname "$0")/shell.sh"

holder=$(dirname "$USRSYSSHM_MODULE")/hold_mmap_lock.ko
now() { date +%s%3N; }

# took COMMAND...: its output in $out, its milliseconds in $took
took() {
	local start
	start=$(now)
	out=$("$@")
	took=$(($(now) - start))
}

build/tests/programs/hold_title "a titled process that is stuck" & pid=$!
while ! grep -q stuck /proc/$pid/cmdline; do sleep 0.1; done
# What the commands themselves take in this machine, to be subtracted: an emulator starts a ps in a second.
took cat /proc/$pid/cmdline; cat_alone=$took
took ps -ef; ps_alone=$took
took ps aux; aux_alone=$took
insmod "$holder" pid=$pid seconds=60
took cat /proc/$pid/cmdline
contains "cmdline" "a titled process that is stuck" "$(printf %s "$out")"
[ $((took - cat_alone)) -lt 50 ] || fail "cmdline of a stuck process took $took ms, of a free one $cat_alone ms"
took ps -ef
contains "ps -ef" "a titled process that is stuck" "$out"
[ $((took - ps_alone)) -lt 1000 ] || fail "ps -ef took $took ms, alone $ps_alone ms"
took ps aux
contains "ps aux" "a titled process that is stuck" "$out"
[ $((took - aux_alone)) -lt 1000 ] || fail "ps aux took $took ms, alone $aux_alone ms"
took cat /proc/$pid/environ
is "environment of a stuck titled process" "" "$out"
rmmod hold_mmap_lock
contains "environment, when it is free again" PATH= "$(tr '\0' ' ' </proc/$pid/environ)"
kill $pid

# The control: an untitled process.
sleep 1000 & pid=$!
insmod "$holder" pid=$pid seconds=3
status=0
timeout 1 cat /proc/$pid/cmdline >/dev/null || status=$?
is "cmdline of a stuck process without a title" 124 "$status"
rmmod hold_mmap_lock
contains "cmdline, when it is free again" sleep "$(tr '\0' ' ' </proc/$pid/cmdline)"
kill $pid
