# Functions for the scripts that run in the guest. Beside those of shell.sh: apt, status_is, is_clean, line_of.
# shellcheck shell=bash disable=SC2034 # $log, $version and $next are used by the scripts
. /rig/shell.sh
. /rig/versions
# See prepare.sh.
export DEBIAN_KERNEL_USE_CCACHE=yes

echo "# $(uname -r), $(. /etc/os-release && echo "$PRETTY_NAME")"

# apt ARGUMENTS...: apt-get must succeed and leave all packages configured; its output is in $log.
apt() {
	local status=0
	apt-get -qy -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >/run/uss-log 2>&1 || status=$?
	log=$(cat /run/uss-log)
	[ $status = 0 ] || { echo "$log"; fail "apt-get $*"; }
	is "dpkg --audit after apt-get $*" "" "$(dpkg --audit)"
	echo "$log" | grep '^usrsysshm: ' | sed 's/^/#   /' || true
}

# status_is EXPECTED_STATUS TEXT: what `usrsysshm status` says
status_is() {
	local status=0 out
	out=$(usrsysshm status 2>&1) || status=$?
	is "status of usrsysshm status" "$1" "$status"
	contains "usrsysshm status" "$2" "$out"
}

# The packages, as words.
ours() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' '*usrsysshm*' | sed -n 's/^installed //p'; }

# Waits until the program has written another line, and prints it without its number.
line_of() { # FILE
	local before
	before=$(cut -d ' ' -f 1 "$1")
	until [ "$(cut -d ' ' -f 1 "$1")" -gt $((before + 1)) ]; do sleep 0.1; done
	cut -d ' ' -f 2- "$1"
}
