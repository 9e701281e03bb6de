#!/bin/sh
# Names a person finds: the mappings in /proc/PID/maps with their permissions, the sysctl and its mode, the files of /sys/kernel.
set -eu
. "$(dirname "$0")/../shell.sh"

maps() { grep usrsysshm "/proc/$$/maps" || true; }
is "mappings of a shell that has not asked" "" "$(maps)"

is "sysctl's mode" "444 root" "$(stat -c '%a %U' /proc/sys/kernel/usrsysshm)"
# The shell itself reads, so it is the one that asks.
read -r base </proc/sys/kernel/usrsysshm
is "read-only pages" "r--p [usrsysshm]" "$(maps | awk '{ print $2, $6 }')"
start=$(grep -F '[usrsysshm]' /proc/$$/maps | cut -d - -f 1)
is "sysctl gives the address in decimal" "$(printf %d "0x$start")" "$base"
read -r area </proc/sys/kernel/usrsysshm_title
is "title area" "rw-s anon_inode:[usrsysshm-title]" "$(maps | grep title | awk '{ print $2, $6 }')"
start=$(maps | grep title | cut -d - -f 1)
is "sysctl gives the title area's address" "$(printf %d "0x$start")" "$area"
is "mappings of both" 2 "$(maps | wc -l)"
if echo 1 2>/dev/null >/proc/sys/kernel/usrsysshm; then fail "the sysctl was written"; fi

is "mode of the counts" "444 444 444 444" "$(cd /sys/kernel/usrsysshm && echo $(stat -c %a *))"
is "files" "abi_version features pages processes" "$(cd /sys/kernel/usrsysshm && echo *)"
is "abi_version" 1 "$(cat /sys/kernel/usrsysshm/abi_version)"
is "features" "pid forkid start_time title names loadavg nprocs" "$(cat /sys/kernel/usrsysshm/features)"

# An ordinary user finds the same.
is "as nobody" 2 "$(setpriv --reuid 65534 --clear-groups sh -c '
	read -r base </proc/sys/kernel/usrsysshm; read -r area </proc/sys/kernel/usrsysshm_title; grep -c usrsysshm /proc/$$/maps')"
