#!/bin/sh
# usrsysshm selftest finds no difference, as root and as an ordinary user; its JSON, its quiet form and its usage errors.
set -eu
. "$(dirname "$0")/../shell.sh"

host=$(uname -n)
run_tool 0 selftest
contains "table" "plain program" "$out"
contains "summary" " 0 differ, 0 not served, 0 not allowed here; in " "$out"
is "rows that do not hold" "" "$(sed '1d;/^$/,$d;/  holds$/d' /tmp/out)"
is "host name" "$host" "$(uname -n)"

run_tool 0 selftest --json --wait
is "JSON" "true true 0 0" "$(jq -r '"\(.module) \(.served) \(.differ) \(.not_served)"' /tmp/out)"
is "JSON: trials" "$(jq '.hold' /tmp/out)" "$(jq '.trials | length' /tmp/out)"
is "JSON: trials that compared nothing" 0 "$(jq '[.trials[] | select(.compared == 0)] | length' /tmp/out)"
served=$(grep -qw cputime /sys/kernel/usrsysshm/features && echo . || echo '^(?!CPU time)')
is "JSON: trials without an answer from a page" 0 \
	"$(jq --arg served "$served" '[.trials[] | select(.from_page == 0 and (.trial | test($served)))] | length' /tmp/out)"

status=0
setpriv --reuid 65534 --clear-groups usrsysshm selftest --quiet >/tmp/out 2>&1 || status=$?
is "exit status as an ordinary user" 0 "$status"
contains "as an ordinary user" "a write to /proc/sys/kernel/hostname: Permission denied" "$(cat /tmp/out)"
contains "as an ordinary user: summary" " 0 differ, 0 not served, " "$(cat /tmp/out)"
# Without user namespaces it can try less, and says what.
namespaces=$(cat /proc/sys/user/max_user_namespaces)
echo 0 >/proc/sys/user/max_user_namespaces
status=0
setpriv --reuid 65534 --clear-groups usrsysshm selftest --quiet >/tmp/out 2>&1 || status=$?
echo "$namespaces" >/proc/sys/user/max_user_namespaces
is "exit status without user namespaces" 0 "$status"
contains "without user namespaces" "pid namespace " "$(cat /tmp/out)"
contains "without user namespaces" "not allowed here: unshare(2)" "$(cat /tmp/out)"

run_tool 2 selftest --nonsense
contains "unknown option" "unknown option --nonsense" "$err"
run_tool 0 selftest --help
contains "help" "usage: usrsysshm selftest" "$out"
