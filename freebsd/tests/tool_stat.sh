#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm stat counts the calls of a program, those answered from the page and those by system call, and says what they saved; it names a
# process that the program has left running, and with --follow waits for it; its exit status is that of the program.

report=/tmp/uss-stat.$$
left=
trap 'rm -f $report; [ -z "$left" ] || kill $left' EXIT

fail() {
	echo "tool_stat.sh: $*: $(cat $report)"
	exit 1
}

export USRSYSSHM_DROPIN="$PWD/libusrsysshm-stat.so"
# Host names are not served in the module's first second.
tries=0
until case $(./usrsysshm show --json) in *'"hostname"'*) true ;; *) false ;; esac || [ $tries -eq 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
./usrsysshm stat --json --output $report ./helper_plain >/dev/null || fail "status $?"
case $(cat $report) in
'{"calls": {"getpid": {"page": '[1-9]', "no_pages": 0, "vfork": 1, '*'}, "gethostname": {"page": 1, '*'"past": {"getpid": null, '*'"past_unknown": "'*DTrace'"'*'"programs": 1, "still_running": false, '*'"saved_ns": '[1-9]*) ;;
*) fail "--json" ;;
esac
./usrsysshm stat --output $report sh -c './helper_plain title >/dev/null & echo $! >/tmp/uss-left; sleep 2; exit 3'
status=$?
left=$(cat /tmp/uss-left)
rm /tmp/uss-left
[ $status -eq 3 ] || fail "status $status, not that of the program"
case $(cat $report) in
*'
getpid '*'
gethostname '*'
setproctitle  '*' 1 '*"
still running, counted until now: helper_plain ($left)
"*'
answers saved '*) ;;
*) fail "the report" ;;
esac
kill $left
left=

# With --follow it waits for that process, until SIGTERM.
./usrsysshm stat --follow --output $report sh -c './helper_plain title >/dev/null & echo $! >/tmp/uss-left; sleep 2; exit 3' 2>/tmp/uss-following &
stat=$!
tries=0
until case $(cat /tmp/uss-following) in *following*) true ;; *) false ;; esac || [ $tries -eq 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
left=$(cat /tmp/uss-left)
kill $stat
status=0
wait $stat || status=$?
rm /tmp/uss-left /tmp/uss-following
[ $status -eq 3 ] || fail "--follow: status $status, not that of the program"
case $(cat $report) in
*"still running, counted until now: helper_plain ($left)"*) ;;
*) fail "the report of --follow" ;;
esac
