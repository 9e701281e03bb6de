# First boot: the packages are installed. Run by vm/disk in the guest.
# shellcheck shell=bash disable=SC2154 # common.sh sets $log, $version and $next
set -eu
. /rig/common.sh

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
