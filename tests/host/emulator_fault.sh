#!/bin/bash
# When the emulator has failed (vm/run says so), ./check runs the tests without a result in a second guest, once, and says it. When a guest
# ended in another way, it does not.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A checkout in which only ./check is real. The guest's first run gives one result and ends with the line in `message`; a second run writes
# its arguments to `again`, and gives a result for each, or ends as the first if `twice` exists.
mkdir -p "$work/vm" "$work/tests/host" "$work/tests/real"
cp check "$work"
program() { # NAME BODY
	printf '#!/bin/bash\n%s\n' "$2" >"$work/$1"
	chmod +x "$work/$1"
}
# shellcheck disable=SC2016 # for later
{
	program vm/setup ''
	program vm/qemu 'echo vm/emulator'
	program vm/emulator 'echo "QEMU emulator version 9.8.7 (Debian 1:9.8.7)"'
	program vm/accel 'echo tcg'
	program vm/kernel 'echo fake'
	program tests/run '[ "$1" != --list ] || printf "%s\n" first second third fourth fifth'
	program vm/run '
		while [ "$1" != -- ]; do shift; done
		case " $* " in *" first "* | *" third "* | *" fifth "*) ;; *) echo "ok 1 - second (1 s)"; echo "ok 2 - fourth (1 s)"; exit ;; esac
		if [ ! -e started ]; then
			touch started
			echo "ok 1 - first (1 s)"
		else
			echo "${@:6}" >again
			[ -e twice ] || { for test in "${@:6}"; do echo "ok 1 - $test (1 s)"; done; exit 0; }
		fi
		cat message >&2
		exit 125'
}
printf 'user tests module:\n' >"$work/Makefile"

# run STATUS LAST_LINE
run() {
	local status=0
	rm -f "$work/started" "$work/again"
	"$work/check" --kernel 6.12 first second third fourth fifth >"$work/output" 2>&1 || status=$?
	is "status of check" "$1" "$status"
	is "the last line" "$2" "$(tail -n 1 "$work/output")"
}

echo "vm/run: QEMU ran an old instruction (see vm/qemu), so the kernel complained (see above): run this again" >"$work/message"
run 0 "11 passed, 0 failed"
is "the tests of the second guest" "third fifth" "$(cat "$work/again")"
contains "what check says" "QEMU ran an old instruction (see vm/qemu): in a new guest: third fifth" "$(cat "$work/output")"
contains "the emulator" "guests run under tcg of QEMU 9.8.7" "$(cat "$work/output")"

touch "$work/twice"
run 1 "9 passed, 2 failed"
contains "twice" "6.12-part1: 3 results expected, 1 seen" "$(cat "$work/output")"

rm "$work/twice"
echo "vm/run: the kernel complained (see above): WARNING: CPU: 0" >"$work/message"
run 1 "9 passed, 2 failed"
[ ! -e "$work/again" ] || fail "a second guest was started after a complaint of the kernel"
