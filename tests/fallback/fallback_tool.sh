#!/bin/sh
# Without the module the tool says so and what to do, and `usrsysshm run` runs programs as usual.
set -eu
. "$(dirname "$0")/../shell.sh"

status=0
out=$(usrsysshm status) || status=$?
is "status: exit status" 1 "$status"
contains "status" "not loaded (as root, in the source tree: insmod build/" "$out"
is "status --json" '{"module": false, "served": false}' "$(usrsysshm status --json || true)"
status=0
err=$(usrsysshm show $$ 2>&1) || status=$?
is "show: exit status" 1 "$status"
contains "show" "has no pages: the module is not loaded" "$err"
is "status >/dev/full" "usrsysshm: cannot write: No space left on device" "$(usrsysshm status 2>&1 >/dev/full || true)"
is "run" same "$(usrsysshm run -- /usr/bin/python3 -c '
import os
print("same" if os.getpid() == int(open("/proc/self/stat").read().split()[0]) else "different")')"
