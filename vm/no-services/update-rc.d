#!/bin/sh
# Replaces update-rc.d while vm/setup installs: an init script of a new package is recorded as disabled.
real=/usr/sbin/update-rc.d
if [ "${2:-}" = defaults ] && ! ls /etc/rc?.d/S??"$1" >/dev/null 2>&1; then exec $real "$1" defaults-disabled; fi
exec $real "$@"
