#!/bin/sh
# The files of usrsysshm stat: those that programs count in are removed whenever stat ends, may lie in any TMPDIR, and need room there
# before the program starts; an old report stays until there is a new one.
set -eu
. "$(dirname "$0")/../shell.sh"

# At any time: no files stay behind.
for delay in 0.05 0.15 0.3; do
	usrsysshm stat -o /dev/null true & pid=$!
	sleep $delay
	kill $pid 2>/dev/null || true
	wait $pid || true
done
is "what SIGTERM leaves" "" "$(find /tmp -name 'usrsysshm-stat-*')"
# Also when the signal arrives as they are made.
strace -qq -o /dev/null -e 'inject=?mkdir,mkdirat:signal=TERM' usrsysshm stat -o /dev/null true || true
is "what SIGTERM leaves" "" "$(find /tmp -name 'usrsysshm-stat-*')"
# An old report stays until there is a new one.
echo old >/tmp/old
run_tool 127 stat -o /tmp/old nosuch
is "the old report" old "$(cat /tmp/old)"
run_tool 0 stat -o /tmp/old true
is "the old report after a new one" 0 "$(grep -c '^old' /tmp/old || true)"
run_tool 2 stat --outputx /tmp/old true
contains "an option that begins with another one" "unknown option --outputx" "$err"
# A full file system must not kill the programs that count in it.
mkdir /tmp/full
mount -t tmpfs -o size=16k none /tmp/full
dd if=/dev/zero of=/tmp/full/file bs=4k count=4 2>/dev/null || true
TMPDIR=/tmp/full run_tool 125 stat true
contains "stat in a full TMPDIR" "No space left" "$err"
is "what stat leaves in a full TMPDIR" file "$(ls /tmp/full)"
umount /tmp/full
# Programs that change their directory count, too.
(cd /tmp && mkdir relative && TMPDIR=relative usrsysshm stat --json -o /tmp/report sh -c 'cd / && exec true')
is "programs, with a relative TMPDIR" 2 "$(jq .programs /tmp/report)"
