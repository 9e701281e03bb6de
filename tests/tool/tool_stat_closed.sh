#!/bin/bash
# usrsysshm stat whose stderr nobody reads leaves nothing in TMPDIR, and writes the report into its file.
set -eu
. "$(dirname "$0")/../shell.sh"

export TMPDIR=/tmp/stat
mkdir /tmp/stat
usrsysshm stat --follow --output /tmp/report -- sh -c 'sleep 1 >/dev/null 2>&1 &' 2> >(exec true) || true
is "left in TMPDIR" "" "$(ls /tmp/stat)"
contains "the report" "getpid" "$(cat /tmp/report)"
