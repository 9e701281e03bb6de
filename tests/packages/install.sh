# First boot: the packages are installed. Run by vm/disk in the guest.
# shellcheck shell=bash disable=SC2154 # common.sh sets $log, $version and $next
set -eu
. /rig/common.sh

rm -rf /etc/apt/sources.list.d/*
echo "deb [trusted=yes] file:/rig/archive ./" >/etc/apt/sources.list
apt update
kernel=$(uname -r)

# Without headers.
apt install /rig/debs/*.deb
contains "without headers" "usrsysshm: no module for $kernel yet: its headers are missing" "$log"
status_is 1 "not loaded"
gcc -Wall -o /root/program /rig/program.c -lusrsysshm
/root/program /run/before &
until [ -s /run/before ]; do sleep 0.1; done
is "a program without the module" "0 right" "$(line_of /run/before)"

# The headers come: the module is built, loaded, and serves.
apt install "linux-headers-$kernel"
contains "with headers" "usrsysshm: built the module for $kernel" "$log"
status_is 0 "module        loaded, version $version"
status_is 0 "served from its page"
/root/program /run/after &
until [ -s /run/after ]; do sleep 0.1; done
is "a program with the module" "255 right" "$(line_of /run/after)"
is "a program that started before the module" "0 right" "$(line_of /run/before)"
is "under the drop-in" served "$(usrsysshm run -- perl -e 'print $$ > 0 && `grep -c usrsysshm /proc/$$/maps` > 0 ? "served" : "no pages"')"
touch /run/before.stop /run/after.stop
wait
if ls /usr/share/man/man1/usrsysshm.1* >/dev/null 2>&1; then
	contains "man usrsysshm" usrsysshm "$(man usrsysshm 2>&1 | head -n 5)"
fi

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
