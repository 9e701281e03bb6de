#!/bin/bash
# vm/run reports a failed build with status 125 and the reason, when the sources do not compile and when the checkout is not
# writable. A blank in the path of the checkout does no harm, and kbuild alone can build the module.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
kernel=$(vm/kernel)
copy="$work/a copy"
mkdir "$copy"
cp -r Makefile VERSION module lib dropin tool include tests vm "$copy"

# fails_saying TEXT COMMAND...: the command must exit with status 125 and print TEXT
fails_saying() {
	local text=$1 status=0
	shift
	"$@" >"$work/out" 2>&1 || status=$?
	is "status of $*" 125 "$status"
	contains "output of $*" "$text" "$(cat "$work/out")"
}

make -s -C "$copy" stage module test_module KERNEL_DIRECTORY="$kernel" >"$work/log" 2>&1 || { cat "$work/log"; fail "build with a blank in the path"; }
for file in module/main.c lib/pages.c; do
	cp "$copy/$file" "$work/sound"
	echo 'this does not compile;' >>"$copy/$file"
	fails_saying "the build failed" "$copy/vm/run" -- true
	cp "$work/sound" "$copy/$file"
done

rm -rf "$copy/build"
if [ "$(id -u)" = 0 ]; then
	fails_saying "Read-only file system" in_own_mounts sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$1/vm/run" -- true' sh "$copy"
else
	chmod a-w "$copy"
	fails_saying "Permission denied" "$copy/vm/run" -- true
	chmod u+w "$copy"
fi

cp -r "$copy" "$work/plain"
make -C "$kernel/build" M="$work/plain/module" >"$work/log" 2>&1 || { cat "$work/log"; fail "kbuild alone"; }
[ -f "$work/plain/module/usrsysshm.ko" ] || fail "kbuild alone built no module"
