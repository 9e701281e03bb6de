#!/bin/bash
# A newer module replaces the old one. If it has only appended fields, it serves the programs of today. If it has another ABI
# version, with its fields elsewhere, it does not. All programs get right answers, also those started before the change.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

newer() { # NAME SED VERSION: builds a module whose process page has one more field, which contains the pid of another process
	local tree=build/newer-$1
	rm -rf "$tree" && mkdir -p "$tree/build"
	cp -r Makefile VERSION module include lib tests "$tree"
	# Without the assertions about today's layout.
	sed -i "$2; /^USS_AT(uss_process_page/d; /^USS_ASSERT(sizeof(struct uss_process_page)/d; s/\(USS_ABI_VERSION\t*\)1\$/\1$3/" "$tree/include/usrsysshm/abi.h"
	sed -i 's/^\tpage->forkid = space->process.forkid;/&\n\tpage->newer_pid = 1;/' "$tree/module/process.c"
	is "files with the new field" 2 "$(grep -l newer_pid "$tree/include/usrsysshm/abi.h" "$tree/module/process.c" | wc -l)"
	contains "ABI version" "$3" "$(grep 'define USS_ABI_VERSION' "$tree/include/usrsysshm/abi.h")"
	make -s -C "$tree" module KERNEL_DIRECTORY="$kernel" >"$tree/log" 2>&1 || { cat "$tree/log" >&2; exit 1; }
}

if [ "${1:-}" != --in-guest ]; then
	kernel=$(vm/kernel 6.12)
	newer appended '/^struct uss_process_page {/,/^};/s/^};/\t__u32 newer_pid;\n};/' 1
	newer moved '/^struct uss_process_page {/,/^};/s/^\t__u32 pid;/\t__u32 newer_pid;\n&/' 2
	make -s user tests
	vm/run --no-module tests/host/newer_abi.sh --in-guest "$(basename "$kernel")"
	exit
fi

# Returns when the program has found its pages.
ask_for_ever() {
	build/tests/programs/ask_for_ever /tmp/over "$@" & pids="${pids:-} $!"
	until grep -q '\[usrsysshm' "/proc/$!/maps"; do sleep 0.1; done
}
# The load averages are available five seconds after boot.
wait_for_served() { until [ "$(build/tests/programs/served)" = 255 ]; do sleep 0.2; done; }

insmod "$USRSYSSHM_MODULE"
wait_for_served
ask_for_ever
ask_for_ever storm
for module in appended moved; do
	sleep 1
	rmmod usrsysshm
	insmod "build/newer-$module/build/$2/usrsysshm.ko"
	case $module in
	appended) wait_for_served ;;
	moved) is "served by a module with another ABI version" 0 "$(build/tests/programs/served)" ;;
	esac
	ask_for_ever
	ask_for_ever storm
done
sleep 1
touch /tmp/over
for pid in $pids; do
	wait "$pid" || fail "a program got a wrong answer"
done
