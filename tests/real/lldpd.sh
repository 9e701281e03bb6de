#!/bin/bash
# lldpd: uses libbsd's setproctitle in two processes, one of them unprivileged.
set -eu
cd "$WORK"
mkdir -p /run/lldpd
lldpd -d -u "$WORK/socket" >log 2>&1 & server=$!
trap 'kill $server; wait $server || true' EXIT
until lldpcli -u "$WORK/socket" show chassis >chassis 2>/dev/null; do sleep 0.3; [ -d /proc/$server ]; done
grep -q "SysName: *$(hostname)" chassis
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -q 'lldpd: '
