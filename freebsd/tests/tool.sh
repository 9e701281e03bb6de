#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm status reports what is served, and with status 0; usrsysshm run starts a program with the drop-in, and reports one that is
# missing with status 127.

fail() {
	echo "tool.sh: $*"
	exit 1
}

output=$(./usrsysshm status) || fail "status $? of: usrsysshm status"
case $output in
*"features      pid"*"this process  served"*) ;;
*) fail "usrsysshm status prints: $output" ;;
esac
export USRSYSSHM_DROPIN="$PWD/libusrsysshm-dropin.so"
output=$(./usrsysshm run env) || fail "status $? of: usrsysshm run env"
case $output in
*"LD_PRELOAD=$USRSYSSHM_DROPIN"*) ;;
*) fail "usrsysshm run env prints: $output" ;;
esac
./usrsysshm run ./nothing 2>/dev/null
status=$?
[ $status -eq 127 ] || fail "status $status for a missing program"
./usrsysshm nothing 2>/dev/null
status=$?
[ $status -eq 2 ] || fail "status $status for a wrong command"
