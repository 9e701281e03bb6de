#!/bin/bash
# The options of vm/run, and vm/accel, which chooses the accelerator. (vm_run has what each run relies on.)
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# run EXPECTED_STATUS ARGUMENTS...: leaves stdout in $out, stderr in $err
run() {
	local expected=$1 status=0
	shift
	vm/run "$@" >"$TMPDIR/keep-out" 2>"$TMPDIR/keep-err" || status=$?
	out=$(cat "$TMPDIR/keep-out")
	err=$(cat "$TMPDIR/keep-err")
	is "status of vm/run $*" "$expected" "$status"
}

# A directory with an odd name under a locale without letters, and a daemon that keeps the output open.
mkdir "$TMPDIR/keep é'q \$x"
here=$PWD
cd "$TMPDIR/keep é'q \$x"
status=0
out=$(LC_ALL=C "$here/vm/run" -- sh -c 'sleep 1000 & pwd; seq 100000 | tail -n 1') || status=$?
is "status in a directory with an odd name" 0 "$status"
is "directory with an odd name" "$PWD
100000" "$out"
cd "$here"
# A kernel given by its image, and virtual time that counts instructions: the same figures twice.
image=$(vm/kernel)/vmlinuz
run 0 --icount --kernel "$image" -- build/bench/getpid 20000
once=$out
run 0 --icount --kernel "$image" -- build/bench/getpid 20000
is "--icount, twice" "$once" "$out"

run 0 --parameters at_exec=1 -- cat /sys/module/usrsysshm/parameters/at_exec
is "--parameters" Y "$out"

# The accelerator is the chosen one, and COMMAND can read which it is.
run 0 --accel tcg --no-module -- sh -c 'echo $USRSYSSHM_ACCEL'
is "--accel tcg" tcg "$out"
run 125 --accel xen -- true
contains "an unknown accelerator" "--accel is kvm or tcg" "$err"
run 125 --accel kvm --icount -- true
contains "--icount under KVM" "--icount needs TCG" "$err"
# vm/accel chooses KVM only when a kernel boots under it, within a time limit, and tries once. A shell script takes QEMU's place.
accel() { # EXPECTED TEXT: with a QEMU that runs TEXT
	printf '#!/bin/sh\n[ "$1" != --version ] || exit 0\necho tried >>"%s"\n%s\n' "$TMPDIR/keep-tried" "$2" >"$TMPDIR/keep-qemu-$1"
	chmod 755 "$TMPDIR/keep-qemu-$1"
	is "accelerator with '$2'" "$1" "$(USS_KVM_SECONDS=2 USRSYSSHM_CACHE=$cache vm/accel "$TMPDIR/keep-qemu-$1" 2>/dev/null)"
}
if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	cache=$TMPDIR/keep-cache
	mkdir "$cache"
	ln -s "$(dirname "$(dirname "$(vm/kernel)")")" "$cache/kernels"
	accel tcg 'sleep 100'
	accel tcg 'echo "vm/accel: it boots"'
	is "trials of a QEMU that hangs" 1 "$(wc -l <"$TMPDIR/keep-tried")"
	accel kvm 'echo "vm/accel: it boots"'
else
	is "accelerator without /dev/kvm" tcg "$(vm/accel false)"
fi

# Ctrl-C ends the script that called vm/run, too. (This test may have been started with SIGINT ignored.)
is "after Ctrl-C" "" "$(env --default-signal=INT timeout -s INT 40 bash -c 'vm/run -- sleep 1000; echo "the next command"' 2>/dev/null || true)"

is "left behind" "" "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 ! -name 'keep*')"
