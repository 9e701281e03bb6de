#!/bin/sh
# The address differs from exec to exec, and stands still when randomisation is turned off.
set -eu
. "$(dirname "$0")/shell.sh"

addresses=$(i=0; while [ $i -lt 100 ]; do cat /proc/sys/kernel/usrsysshm; i=$((i + 1)); done | sort -u | wc -l)
[ "$addresses" -ge 95 ] || fail "100 programs had only $addresses addresses"
is "setarch -R" 1 "$(for i in 1 2 3 4 5; do setarch -R cat /proc/sys/kernel/usrsysshm; done | sort -u | wc -l)"
