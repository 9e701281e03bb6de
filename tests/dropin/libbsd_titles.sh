#!/bin/sh
# A program that uses libbsd's setproctitle is served by the drop-in, unmodified: its title is longer than its argv was, and argv's memory
# shows it as libbsd promises.
set -eu
. "$(dirname "$0")/../shell.sh"

build/tests/programs/libbsd_title --once || fail "libbsd itself: $?"
usrsysshm run -- build/tests/programs/libbsd_title --once || fail "libbsd's contract, with the drop-in: $?"
usrsysshm run -- build/tests/programs/libbsd_title & pid=$!
wait_for_title $pid 'libbsd_title: worker 7'
is "ps" "libbsd_title: worker 7 $(printf '%0300d' 0)" "$(ps -ww -p $pid -o args= | sed 's/ *$//')"
kill $pid
# And by no prctl: the page does it.
strace -f -o /tmp/calls -e trace=prctl usrsysshm run -- build/tests/programs/libbsd_title --once
is "prctl calls" "" "$(grep PR_SET_MM /tmp/calls || true)"
