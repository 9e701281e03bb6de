#!/bin/sh
# The names that users see: the mappings in /proc/PID/maps with their permissions, the sysctls and their modes, the files in
# /sys/kernel/usrsysshm.
set -eu
. "$(dirname "$0")/../shell.sh"

maps() { grep usrsysshm "/proc/$$/maps" || true; }
[ "$(cat /sys/module/usrsysshm/parameters/at_exec)" = Y ] || is "mappings of a shell that has not asked" "" "$(maps)"

is "mode of the sysctl" "444 root" "$(stat -c '%a %U' /proc/sys/kernel/usrsysshm)"
# The shell itself reads the file, so the shell is the process that asks.
read -r base </proc/sys/kernel/usrsysshm
is "read-only pages" "r--p [usrsysshm]" "$(maps | awk '{ print $2, $6 }')"
start=$(grep -F '[usrsysshm]' /proc/$$/maps | cut -d - -f 1)
is "address in the sysctl, in decimal" "$(printf %d "0x$start")" "$base"
read -r area </proc/sys/kernel/usrsysshm_title
is "title area" "rw-s anon_inode:[usrsysshm-title]" "$(maps | grep title | awk '{ print $2, $6 }')"
start=$(maps | grep title | cut -d - -f 1)
is "address of the title area in the sysctl" "$(printf %d "0x$start")" "$area"
is "number of mappings" 2 "$(maps | wc -l)"
if echo 1 2>/dev/null >/proc/sys/kernel/usrsysshm; then fail "the sysctl could be written"; fi

is "modes of the counts" 444 "$(stat -c %a /sys/kernel/usrsysshm/* | sort -u)"
is "files in sysfs" "abi_version features kept_bytes pages processes stuck_reads watching" "$(cd /sys/kernel/usrsysshm && echo *)"
is "abi_version" 1 "$(cat /sys/kernel/usrsysshm/abi_version)"
is "features" "pid forkid start_time title names loadavg nprocs" "$(sed "s/ cputime$//" /sys/kernel/usrsysshm/features)"

# The same for an ordinary user.
is "mappings of an ordinary user" 2 "$(setpriv --reuid 65534 --clear-groups sh -c '
	read -r base </proc/sys/kernel/usrsysshm; read -r area </proc/sys/kernel/usrsysshm_title; grep -c usrsysshm /proc/$$/maps')"
