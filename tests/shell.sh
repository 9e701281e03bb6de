# For the tests in shell: is WHAT EXPECTED GOT, fail WHAT.

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
