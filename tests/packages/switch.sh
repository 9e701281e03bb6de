# Third boot, of another kernel, with nousrsysshm on its command line. Run by vm/disk in the guest.
# shellcheck shell=bash
set -eu
. /rig/common.sh

contains "kernel" -cloud-amd64 "$(uname -r)"
status_is 1 "not loaded"
is "failed units" "" "$(systemctl --failed --no-legend)"
contains "modprobe" "usrsysshm: not loaded, because the kernel command line has nousrsysshm" "$(modprobe usrsysshm 2>&1)"
status_is 1 "not loaded"
# A program works without.
/root/program /run/program &
until [ -s /run/program ]; do sleep 0.1; done
is "a program" "0 right" "$(line_of /run/program)"
touch /run/program.stop
wait
