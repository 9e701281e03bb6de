#!/bin/bash
# Every allocation of loading and unloading the module fails once: loading fails with an error and leaves nothing behind, or succeeds.
set -u
. "$(dirname "$0")/../shell.sh"

rmmod usrsysshm || fail "rmmod"
loaded=0 refused=0
for ((n = 1; n < 3000; n += n < 300 ? 1 : 7)); do
	# The subshell's own allocations are few; the file is per thread, and exec keeps it.
	if (echo "$n" >/proc/thread-self/fail-nth; exec insmod "$USRSYSSHM_MODULE") 2>/dev/null; then
		loaded=$((loaded + 1))
		rmmod usrsysshm || fail "rmmod after allocation $n"
	else
		refused=$((refused + 1))
		[ ! -e /sys/kernel/usrsysshm ] || fail "allocation $n: /sys/kernel/usrsysshm is left behind"
		! grep -q '^usrsysshm ' /proc/modules || fail "allocation $n: the module is left behind"
	fi
	[ "$loaded" -lt 20 ] || break
done
echo "$n allocations tried: $refused refused, $loaded loaded"
[ "$refused" -gt 20 ] || fail "only $refused loads were refused"
insmod "$USRSYSSHM_MODULE" || fail "insmod afterwards"
