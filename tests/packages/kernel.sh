# Second boot: served from the start. Another kernel is installed, on which the module does not compile; then that is repaired. Run by
# vm/disk in the guest.
# shellcheck shell=bash disable=SC2154 # common.sh sets $log, $version and $next
set -eu
. /rig/common.sh

status_is 0 "module        loaded, version $version"
status_is 0 "served from its page"
is "failed units" "" "$(systemctl --failed --no-legend)"
is "unit" active "$(systemctl is-active usrsysshm.service)"
# What the unit's comparison costs the boot.
systemd-analyze critical-chain sysinit.target usrsysshm.service | sed 's/^/# /'

# Another kernel, on which the module does not compile; then the repair.
main=/usr/src/usrsysshm-$version/module/main.c
echo '#error does not compile' >>"$main"
apt install linux-image-cloud-amd64 linux-headers-cloud-amd64
cloud=$(cd /lib/modules && echo *-cloud-amd64)
contains "does not compile" "usrsysshm: cannot build the module for $cloud" "$log"
status_is 0 "served from its page"
sed -i '/#error does not compile/d' "$main"
dpkg-reconfigure usrsysshm-dkms >/run/uss-log 2>&1 || { cat /run/uss-log; fail "dpkg-reconfigure"; }
contains "after the repair" "usrsysshm: built the module for $cloud" "$(cat /run/uss-log)"
is "module for the next boot" "$version" "$(modinfo -k "$cloud" -F version usrsysshm)"
