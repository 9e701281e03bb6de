#!/bin/sh
# An unmodified program that uses libbsd's setproctitle is served by the drop-in. Its title may be longer than its argv, and
# the memory of argv shows the title as libbsd promises.
set -eu
. "$(dirname "$0")/../shell.sh"

build/tests/programs/libbsd_title --once || fail "libbsd without the drop-in: $?"
usrsysshm run -- build/tests/programs/libbsd_title --once || fail "libbsd's contract, with the drop-in: $?"
usrsysshm run -- build/tests/programs/libbsd_title & pid=$!
wait_for_title $pid 'libbsd_title: worker 7'
is "ps" "libbsd_title: worker 7 $(printf '%0300d' 0)" "$(ps -ww -p $pid -o args= | sed 's/ *$//')"
kill $pid
# The title is set through the page, without prctl.
strace -f -o /tmp/calls -e trace=prctl usrsysshm run -- build/tests/programs/libbsd_title --once
is "prctl calls" "" "$(grep PR_SET_MM /tmp/calls || true)"
