#!/bin/bash
# usrsysshm selftest holds whatever signals its caller ignores or blocks, and with titles by the classic method.
set -eu
. "$(dirname "$0")/../shell.sh"

selftest() { timeout -s KILL 100 "$@" usrsysshm selftest --quiet >/tmp/out 2>&1; }
selftest env --ignore-signal || fail "with signals ignored: $? $(cat /tmp/out)"
selftest env --block-signal || fail "with signals blocked: $? $(cat /tmp/out)"
selftest env USRSYSSHM_TITLE=classic || fail "with classic titles: $? $(cat /tmp/out)"
