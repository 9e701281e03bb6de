#!/bin/sh
# The examples of the manual pages with the module: the C programs print what their page says, and so do the commands.
set -eu
. "$(dirname "$0")/../shell.sh"

sessions=0 programs=0
for page in man/*.[1-8]; do
	directory=/tmp/examples/$(basename "$page")
	mkdir -p "$directory"
	tests/man_page examples "$page" "$directory"
	for session in "$directory"/*.sh; do
		[ -f "$session" ] || continue
		(checkout=$PWD && cd "$directory" && "$checkout/tests/man_page" run "$session") || fail "$page: a command prints something else"
		sessions=$((sessions + 1))
	done
	for source in "$directory"/*.c; do
		[ -f "$source" ] || continue
		cc -o /tmp/examples/program "$source" -lusrsysshm
		/tmp/examples/program >/tmp/examples/out
		# The last output is the one with the module.
		expected=
		for file in "${source%.c}"?.out; do expected=$file; done
		tests/localize "$expected" >/tmp/examples/expected
		tests/man_page compare /tmp/examples/expected /tmp/examples/out || fail "$page: its example prints something else"
		programs=$((programs + 1))
	done
done
[ $sessions -gt 0 ] && [ $programs -gt 0 ] || fail "$sessions sessions and $programs programs were run"
