#!/bin/sh
# A kept command line is given to a reader only if the reader could read the stuck process's own: not through a /proc that hides other
# users' processes (hidepid), and no environment to another user. (hold_mmap_lock.ko is for tests only.)
set -eu
. "$(dirname "$0")/../shell.sh"

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }

sleep 1000 & pid=$!
while [ "$(tr '\0' ' ' </proc/$pid/cmdline)" != "sleep 1000 " ]; do sleep 0.05; done
mkdir /tmp/hiding
mount -t proc -o hidepid=invisible proc /tmp/hiding
insmod "$(dirname "$USRSYSSHM_MODULE")/hold_mmap_lock.ko" pid=$pid seconds=100
is "as root" "sleep 1000 " "$(tr '\0' ' ' </tmp/hiding/$pid/cmdline)"
is "as nobody, nothing hidden" "sleep 1000 " "$(as_nobody cat /proc/$pid/cmdline | tr '\0' ' ')"
is "as nobody, hidden" "" "$(as_nobody cat /tmp/hiding/$pid/cmdline 2>/dev/null | tr '\0' ' ')"
! as_nobody cat /proc/$pid/environ 2>/dev/null || fail "nobody can open the environment"
is "environment, as root" 0 "$(wc -c </proc/$pid/environ)"
rmmod hold_mmap_lock
kill $pid
umount /tmp/hiding
