# Fourth boot: the kernel that was installed beside the packages. Then they are upgraded and removed under running programs.
# Run by vm/disk in the guest.
# shellcheck shell=bash disable=SC2154 # common.sh sets $log, $version and $next
set -eu
. /rig/common.sh

kernel=$(uname -r)
contains "kernel" -cloud-amd64 "$kernel"
status_is 0 "module        loaded, version $version"
status_is 0 "served from its page"
is "failed units" "" "$(systemctl --failed --no-legend)"
is "at_exec" N "$(cat /sys/module/usrsysshm/parameters/at_exec)"

/root/program /run/program &
usrsysshm run -- perl -e '$0 = "perl under the drop-in"; sleep 1 until -e "/run/perl.stop"; exit($$ == getppid() ? 1 : 0)' &
perl=$!
until [ -s /run/program ]; do sleep 0.1; done
is "before" "255 right" "$(line_of /run/program)"

# The module goes with its kernel.
old=$(cd /lib/modules && ls | grep -v -- -cloud-)
apt purge "linux-image-$old" "linux-headers-$old" linux-image-amd64
is "left of the module of the removed kernel" "" "$(find "/lib/modules/$old/updates" 2>/dev/null)"

# Upgrade.
apt install /rig/next/*.deb
contains "upgrade" "usrsysshm: built the module for $kernel" "$log"
contains "upgrade" "usrsysshm: version $version stays loaded and serves running programs" "$log"
contains "upgrade" "usrsysshm: version $next is loaded at the next boot" "$log"
is "under the upgrade" "255 right" "$(line_of /run/program)"
status_is 0 "module        loaded, version $version"
is "version of the tool" "usrsysshm $next" "$(usrsysshm --version)"
rmmod usrsysshm
is "after rmmod" "0 right" "$(line_of /run/program)"
modprobe usrsysshm
status_is 0 "module        loaded, version $next"
status_is 0 "served from its page"

# Parameters.
rmmod usrsysshm
echo "options usrsysshm at_exec=1" >/etc/modprobe.d/local.conf
modprobe usrsysshm
is "at_exec" Y "$(cat /sys/module/usrsysshm/parameters/at_exec)"
rm /etc/modprobe.d/local.conf

# A kernel without the module: the boot does not fail, but modprobe does.
rmmod usrsysshm
mv "/lib/modules/$kernel/updates" /root/
depmod
systemctl restart systemd-modules-load
is "failed units" "" "$(systemctl --failed --no-legend)"
contains "journal" "usrsysshm: not loaded, because there is no module for this kernel" "$(journalctl -u systemd-modules-load --no-pager)"
! env -u INVOCATION_ID modprobe usrsysshm 2>/dev/null || fail "modprobe without a module"
mv /root/updates "/lib/modules/$kernel/"
depmod
modprobe usrsysshm

# Removal, with a program that is served now, too.
/root/program /run/second &
until [ -s /run/second ]; do sleep 0.1; done
is "a second program" "255 right" "$(line_of /run/second)"
# shellcheck disable=SC2046 # words
apt purge $(ours)
[ ! -d /sys/module/usrsysshm ] || fail "the module is still loaded"
is "under the removal" "0 right" "$(line_of /run/second)"
is "under the removal" "0 right" "$(line_of /run/program)"
kill -0 $perl
touch /run/program.stop /run/second.stop /run/perl.stop
wait
is "left" "" "$(find / -xdev \( -path /rig -o -path /var/cache -o -path /var/log -o -path /usrsysshm-rig \) -prune -o -name '*usrsysshm*' \
	! -name 'usrsysshm-rig*' ! -path '/etc/initramfs-tools/*' ! -path '/etc/dpkg/dpkg.cfg.d/*' -print)"
is "packages left" "" "$(dpkg-query -W '*usrsysshm*' 2>/dev/null)"
! env -u INVOCATION_ID modprobe usrsysshm 2>/dev/null || fail "modprobe finds a module"
