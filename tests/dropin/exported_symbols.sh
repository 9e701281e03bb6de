#!/bin/sh
# The library exports exactly the functions that its header declares and its symbol map lists. The drop-in exports exactly
# those it serves.
set -eu
. "$(dirname "$0")/../shell.sh"

declared=$(grep -o '^[a-z].*\buss_[a-z_]*(' include/usrsysshm.h | grep -o 'uss_[a-z_]*(' | tr -d '(' | sort -u)
listed=$(grep -o '^	uss_[a-z_]*;' lib/libusrsysshm.map | tr -d '	;' | sort -u)
exported=$(nm -D --defined-only /usr/lib/*/libusrsysshm.so.0 | awk '$2 == "T" { sub("@.*", "", $3); print $3 }' | sort -u)
is "map and header" "$declared" "$listed"
is "exported and header" "$declared" "$exported"
is "drop-in" "get_nprocs getdomainname gethostname getloadavg getpid setproctitle setproctitle_init sysconf uname" "$(echo $(nm -D --defined-only /usr/lib/*/libusrsysshm-dropin.so | awk '{ print $3 }' | sort))"
