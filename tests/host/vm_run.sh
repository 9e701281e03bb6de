#!/bin/bash
# vm/run passes on the output and the status of the command and nothing else. Failures in the guest give status 125. Two
# guests at a time do not disturb each other. Nothing is left behind.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
touch "$TMPDIR/keep"

# What is tried or fetched on first use goes to stderr, too.
mapfile -t qemu <<<"$(vm/qemu)"
vm/accel "${qemu[@]}" >"$TMPDIR/keep"

# run EXPECTED_STATUS ARGUMENTS...: leaves stdout in $out, stderr in $err
run() {
	local expected=$1 status=0
	shift
	vm/run "$@" >"$TMPDIR/keep-out" 2>"$TMPDIR/keep-err" || status=$?
	out=$(cat "$TMPDIR/keep-out")
	err=$(cat "$TMPDIR/keep-err")
	is "status of vm/run $*" "$expected" "$status"
}

# Two guests at a time, each with its own output, arguments with blanks and newlines, directory and status.
(
	run 7 -- sh -c 'echo out; echo err >&2; printf "<%s>" "$@"; pwd; touch "$HOME/only-in-the-guest" written-by-the-guest; exit 7' \
		sh 'a  b' "c
d" '*' ''
	is stdout "out
<a  b><c
d><*><>$PWD" "$out"
	is stderr err "$err"
	[ ! -e written-by-the-guest ] || fail "the guest wrote into the checkout"
	[ ! -e ~/only-in-the-guest ] || fail "the guest wrote into the home directory"
) &
first=$!
(
	TMPDIR=$TMPDIR/keep-other
	mkdir "$TMPDIR"
	run 0 --no-module --cpus 1 --memory 700 -- sh -c 'nproc; grep -c usrsysshm /proc/modules; awk "/MemTotal/ { print (\$2 < 720000) }" /proc/meminfo'
	is "--cpus, --no-module, --memory" "1
0
1" "$out"
) &
second=$!
wait $first
wait $second

run 125 --timeout 20 -- sleep 1000
contains "time limit" "the time limit of 20 s is up" "$err"
run 125 -- sh -c 'echo "WARNING: CPU: 0 (a test of the rig)" >/dev/kmsg; echo fine'
contains "a complaint of the kernel" "the kernel complained" "$err"
contains "a complaint of the kernel" "a test of the rig" "$err"
is "stdout beside a complaint" fine "$out"
# An int3 that is in memory, and one that is not: only QEMU can have run that.
for code in cc e9; do
	run 125 -- sh -c 'echo "<1>Oops: int3: 0000 [#1] PREEMPT SMP NOPTI" >/dev/kmsg; echo "<1>Code: 90 $0 <3a> 02" >/dev/kmsg' "$code"
	contains "an int3" "the kernel complained" "$err"
	is "QEMU is named for $code" "$code" "$(case $err in *"QEMU ran an old instruction"*) echo e9 ;; *) echo cc ;; esac)"
done
run 125 -- sh -c 'dmesg -n 1; echo "<4>WARNING: CPU: 0 (an unseen test of the rig)" >/dev/kmsg'
contains "a complaint that the console does not show" "an unseen test of the rig" "$err"
run 125 -- sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo b >/proc/sysrq-trigger; sleep 100'
contains "no verdict" "no verdict" "$err"
run 125 -- sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger'
contains "a panic" "sysrq triggered crash" "$err"
run 125 --timeout
contains "an option without its value" "vm/run [OPTION...] [--] COMMAND" "$err"
run 125
contains "no command" "vm/run [OPTION...] [--] COMMAND" "$err"
run 125 --kernel 5.99 -- true
contains "no such kernel" "no kernel 5.99" "$err"

# When nobody reads its output any more, the guest ends.
start=$SECONDS
vm/run --timeout 240 -- yes 2>"$TMPDIR/keep-err" | head -n 1 >"$TMPDIR/keep-out"
is "status of a run whose reader has gone" 141 "${PIPESTATUS[0]}"
[ $((SECONDS - start)) -lt 200 ] || fail "the guest went on for $((SECONDS - start)) s without a reader"

is "left behind" "" "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 ! -name 'keep*')"
