#!/bin/sh
# LKRG beside the module: it checks the kernel's code, and the credentials and namespaces of processes. Exit status 77 without
# LKRG=PATH/lkrg.ko, built for this kernel (it is not in Debian; see docs/coexistence.md).
set -eu
. "$(dirname "$0")/../shell.sh"
. "$(dirname "$0")/beside.sh"
[ -e "${LKRG:-}" ] || { echo "LKRG is not set to a module built for this kernel"; exit 77; }

lkrg_on() { insmod "$LKRG" log_level=3; }
lkrg_off() { rmmod lkrg; }
# It checks on a timer and at events; this has it check everything now.
lkrg_content() {
	sysctl -q lkrg.trigger=1
	sleep 3
	! dmesg | grep -i 'lkrg: *\(ALERT\|FATAL\)' || fail "$1: LKRG found something"
}
in_both_orders "LKRG" lkrg_on lkrg_off lkrg_content
