# For the tests in shell: is WHAT EXPECTED GOT, fail WHAT.
# shellcheck shell=sh disable=SC2034 # $out and $err are for the caller

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

# in_own_mounts COMMAND...: in a mount namespace. (What unshare does by itself fails where / is no mount, in a chroot.)
in_own_mounts() {
	unshare -m --propagation unchanged sh -c 'mount --make-rprivate / 2>/dev/null; exec "$@"' sh "$@"
}

# wait_for_title PID BEGINNING: until its command line begins so. (grep alone would take every argument for a line.)
wait_for_title() {
	until tr '\0' ' ' <"/proc/$1/cmdline" | grep -q "^$2"; do sleep 0.05; done
}

# run_tool EXPECTED_STATUS ARGUMENTS...: leaves stdout in $out, stderr in $err
run_tool() {
	expected=$1
	shift
	status=0
	usrsysshm "$@" >/tmp/out 2>/tmp/err || status=$?
	out=$(cat /tmp/out)
	err=$(cat /tmp/err)
	is "exit status of usrsysshm $*" "$expected" "$status"
}
