# Functions for the tests written in shell: fail MESSAGE, is WHAT EXPECTED GOT, and those below.
# shellcheck shell=sh disable=SC2034 # $out and $err are used by the caller

fail() {
	echo "$0: $*" >&2
	exit 1
}

is() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# contains WHAT PART TEXT
contains() {
	case $3 in
	*"$2"*) ;;
	*) fail "$1: '$2' is not in '$3'" ;;
	esac
}

# in_own_mounts COMMAND...: runs it in a new mount namespace. (unshare's own propagation change fails in a chroot, where / is
# not a mount point.)
in_own_mounts() {
	unshare -m --propagation unchanged sh -c 'mount --make-rprivate / 2>/dev/null; exec "$@"' sh "$@"
}

# wait_for_title PID BEGINNING: waits until the command line of PID begins with BEGINNING. (tr, because grep alone would treat
# each argument as a line of its own.)
wait_for_title() {
	until tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "^$2"; do sleep 0.05; done
}

# run_tool EXPECTED_STATUS ARGUMENTS...: runs usrsysshm, leaves its stdout in $out and its stderr in $err
run_tool() {
	expected=$1
	shift
	status=0
	usrsysshm "$@" >/tmp/out 2>/tmp/err || status=$?
	out=$(cat /tmp/out)
	err=$(cat /tmp/err)
	is "exit status of usrsysshm $*" "$expected" "$status"
}
