# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# For the scripts: a process whose memory is locked by the module in stuck/ (STUCK_KO, stuck/uss_stuck.ko), so that reading its command line
# takes for ever. Sets $stuck to its pid. Its command line is too long for the kernel to keep it.

fail() {
	echo "${0##*/}: $*"
	exit 1
}

skip() {
	echo "${0##*/}: skipped: $*"
	exit 77
}

# Waits until the command succeeds.
await() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "in vain: $*"
		sleep 0.1
	done
}

is_locked() {
	case $(ps -o wchan= -p "$locker") in *ussstk*) ;; *) return 1 ;; esac
}

has_pages() {
	./usrsysshm show "$stuck" >/dev/null 2>&1
}

stuck_begin() {
	ko=${STUCK_KO:-stuck/uss_stuck.ko}
	[ -f "$ko" ] || skip "no $ko"
	long=x
	while [ ${#long} -lt 1024 ]; do
		long=$long$long
	done
	./helper_pages "$long" &
	stuck=$!
	await has_pages
	kldload "$ko" || fail "kldload $ko"
	sysctl -q debug.uss_stuck=$stuck >/dev/null 2>&1 &
	locker=$!
	trap stuck_end EXIT
	await is_locked
}

stuck_end() {
	trap - EXIT
	kill $locker
	wait $locker
	kill -9 $stuck
	wait $stuck
	kldunload uss_stuck
} 2>/dev/null
