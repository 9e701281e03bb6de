#!/bin/sh
# Names a person finds: the mappings in /proc/PID/maps with their permissions, the sysctl and its mode, the files of /sys/kernel.
set -eu
. "$(dirname "$0")/shell.sh"

maps=$(grep usrsysshm /proc/self/maps)
is "two mappings" 2 "$(echo "$maps" | wc -l)"
is "read-only pages" "r--s anon_inode:[usrsysshm]" "$(echo "$maps" | awk 'NR == 1 { print $2, $6 }')"
is "title area" "rw-s anon_inode:[usrsysshm-title]" "$(echo "$maps" | awk 'NR == 2 { print $2, $6 }')"
is "next to each other" "$(echo "$maps" | awk -F '[- ]' 'NR == 1 { print $2 }')" "$(echo "$maps" | awk -F '[- ]' 'NR == 2 { print $1 }')"

is "sysctl's mode" "444 root" "$(stat -c '%a %U' /proc/sys/kernel/usrsysshm)"
# The shell itself reads both, so that both speak of one process.
read -r base </proc/sys/kernel/usrsysshm
start=$(grep -F '[usrsysshm]' /proc/$$/maps | cut -d - -f 1)
is "sysctl gives the address in decimal" "$(printf %d "0x$start")" "$base"
if echo 1 2>/dev/null >/proc/sys/kernel/usrsysshm; then fail "the sysctl was written"; fi

is "mode of the counts" "444 444 444 444" "$(cd /sys/kernel/usrsysshm && echo $(stat -c %a *))"
is "files" "abi_version features pages processes" "$(cd /sys/kernel/usrsysshm && echo *)"
is "abi_version" 1 "$(cat /sys/kernel/usrsysshm/abi_version)"
is "features" "pid forkid start_time title names loadavg nprocs" "$(cat /sys/kernel/usrsysshm/features)"

# Process 1 of this guest began before the module came.
is "maps of an older process" "" "$(grep usrsysshm /proc/1/maps || true)"
# An ordinary user finds the same.
is "as nobody" 2 "$(setpriv --reuid 65534 --clear-groups grep -c usrsysshm /proc/self/maps)"
