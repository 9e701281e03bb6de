#!/bin/sh
# CRIU dumps and restores a process that has not asked for pages. It refuses to dump a process that has asked, and leaves that
# process unharmed.
set -eu
. "$(dirname "$0")/../shell.sh"
command -v criu >/dev/null || { echo "this release has no criu"; exit 77; }
! criu check 2>&1 | grep -q "Could not initialize kernel features detection" || { echo "this release's criu does not support this kernel"; exit 77; }

start() { # COMMAND...: in a session of its own, which CRIU requires
	setsid "$@" </dev/null >/dev/null 2>&1 & pid=$!
}
dump() { mkdir "/tmp/$1" && criu dump -t "$pid" -D "/tmp/$1" -o log; }

start sleep 1000
while [ "$(cat /proc/$pid/comm)" != sleep ]; do sleep 0.1; done
dump sleep || fail "dump: $(grep Error /tmp/sleep/log)"
# shellcheck disable=SC2015 # the last command is the test's failure
kill -0 $pid 2>/dev/null && [ "$(awk '{ print $3 }' /proc/$pid/stat)" != Z ] && fail "it was dumped and is still running" || true
wait $pid || true
criu restore -d -D /tmp/sleep -o restore-log || fail "restore: $(grep Error /tmp/sleep/restore-log)"
contains "command line of the restored process" sleep "$(tr '\0' ' ' </proc/$pid/cmdline)"
kill $pid

start build/tests/programs/hold_title "has asked"
wait_for_title $pid "has asked"
if dump asked; then fail "a process with pages was dumped: docs/programs.md says that it cannot be"; fi
contains "title after a refused dump" "has asked" "$(tr -d '\0' </proc/$pid/cmdline)"
kill $pid
