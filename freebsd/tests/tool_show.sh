#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm show prints the pages of a process, as text and as JSON with the names that it has on Linux; it explains why there are none.

fail() {
	echo "tool_show.sh: $*"
	exit 1
}

./helper_pages &
pid=$!
trap 'kill -9 $pid' EXIT
tries=0
output=
# Host names are not served in the module's first second.
until case $output in *"host name    $(hostname)"*) true ;; *) false ;; esac || [ $tries -eq 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
	output=$(./usrsysshm show $pid 2>/dev/null)
done
case $output in
"process $pid (helper_pages)"*"address      0x"*"features     pid forkid start_time title names nprocs"*"pid          $pid"*"fork id "*"start time "*" ns after boot
"*"host name "*"processors   $(sysctl -n hw.ncpu)"*) ;;
*) fail "show prints: $output" ;;
esac
json=$(./usrsysshm show --json $pid) || fail "status $? of --json"
case $json in
'{"process": '$pid', "name": "helper_pages", "address": '[1-9]*', "address_str": "'[1-9]*'", "abi_version": 1, "features": ["pid", "forkid", '*'], "pid": '$pid', "forkid": '[1-9]*', "forkid_str": "'[1-9]*'", "start_time": '[1-9]*', "start_time_holds": true, "hostname": "'"$(hostname)"'", "domainname": '*', "nprocs": '[1-9]*', "cputime_served": false}') ;;
*) fail "show --json prints: $json" ;;
esac
kill $pid
wait $pid 2>/dev/null
trap - EXIT
output=$(./usrsysshm show $pid 2>&1)
status=$?
[ $status -eq 1 ] && [ "$output" = "usrsysshm: no process $pid" ] || fail "status $status without a process: $output"
sleep 60 &
output=$(./usrsysshm show $! 2>&1)
kill $!
case $output in *"it has not asked"*) ;; *) fail "without pages: $output" ;; esac
./usrsysshm show x 2>/dev/null
status=$?
[ $status -eq 2 ] || fail "status $status of a wrong pid"
