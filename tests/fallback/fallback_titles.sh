#!/bin/sh
# Without the module titles are set by the classic method, with the same visible results, for root and for an ordinary user.
set -eu
. "$(dirname "$0")/../shell.sh"

build/tests/programs/titles
build/tests/programs/titles_32bit
setpriv --reuid 65534 --clear-groups build/tests/programs/titles
setpriv --reuid 65534 --clear-groups build/tests/programs/hold_title "my daemon: serving 42 clients" & pid=$!
wait_for_title $pid 'my daemon'
is "ps -o args" "my daemon: serving 42 clients" "$(ps -p $pid -o args= | sed 's/ *$//')"
is "pgrep -f" "$pid" "$(pgrep -f 'serving 42 clients')"
kill $pid
