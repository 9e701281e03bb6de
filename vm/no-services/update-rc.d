#!/bin/sh
# In place of the real one while vm/setup installs: what a new package would start at boot is noted as disabled.
real=/usr/sbin/update-rc.d
if [ "${2:-}" = defaults ] && ! ls /etc/rc?.d/S??"$1" >/dev/null 2>&1; then exec $real "$1" defaults-disabled; fi
exec $real "$@"
