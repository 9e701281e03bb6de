#!/bin/bash
# `make install modules_install` without packages, on this machine's files in an overlay: the command, the library and the module are found by
# ld.so, by modinfo for the module's kernel, and by modprobe with its configuration. `make uninstall` leaves nothing.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

[ "$(id -u)" = 0 ] || { echo "skipped: only root can mount an overlay over this machine's files"; exit 77; }
if [ "${1:-}" != --in-namespace ]; then
	in_own_mounts "$0" --in-namespace
	exit
fi

work=$(mktemp -d)
trap 'umount -R -l "$work"; rmdir "$work"' EXIT
mount -t tmpfs tmpfs "$work"
root=$work/root
mkdir "$root" "$work/upper" "$work/work"
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
kernel=$(vm/kernel)
release=$(cat "$kernel/release")
mkdir "$root/tmp/tree"
cp -r Makefile VERSION packaging module include lib dropin tool tests vm man docs README.md "$root/tmp/tree" 2>"$work/log" || [ -d "$root/tmp/tree/vm" ]
# Where the cache is on a file system of its own, the overlay does not show it.
mkdir -p "$root/tmp/kernel"
mount --rbind "$kernel" "$root/tmp/kernel"

in_root() { chroot "$root" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
make_in_root() { in_root make -s -C /tmp/tree KERNEL_DIRECTORY=/tmp/kernel "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "make $*"; }; }
# What the overlay has, but the indexes of ldconfig and depmod.
changes() { (cd "$work/upper" && find . -mindepth 1 ! -type d ! -name 'ld.so.cache*' ! -path './var/cache/ldconfig/*' ! -name 'modules.*' | sort); }

make_in_root install modules_install
is "version of the tool" "usrsysshm $(cat VERSION)" "$(in_root usrsysshm --version)"
contains "ldconfig" libusrsysshm.so.0 "$(in_root ldconfig -p)"
is "modinfo" "$(cat VERSION)" "$(in_root modinfo -k "$release" -F version usrsysshm)"
contains "modprobe's configuration" "install usrsysshm" "$(in_root modprobe -c)"
contains "modules to load at boot" usrsysshm "$(grep -v '^#' "$root/usr/lib/modules-load.d/usrsysshm.conf")"
printf '#include <usrsysshm.h>\n#include <stdio.h>\nint main(void) { puts(uss_version()); return 0; }\n' >"$root/tmp/program.c"
is "a program" "$(cat VERSION)" "$(in_root sh -ec 'cd /tmp; cc program.c -lusrsysshm -o program; ./program')"
[ -n "$(changes)" ] || fail "nothing was installed"

make_in_root uninstall
is "left after uninstall" "" "$(changes)"
is "module after uninstall" "" "$(in_root modinfo -k "$release" -F version usrsysshm 2>/dev/null || true)"

# Beside another root, with another prefix.
make_in_root install modules_install DESTDIR=/tmp/stage PREFIX=/opt/uss LIB32DIR=/opt/uss/lib32
contains "DESTDIR" /opt/uss/lib32/libusrsysshm.a "$(find "$root/tmp/stage" -type f)"
is "outside DESTDIR" "" "$(changes)"
make_in_root uninstall DESTDIR=/tmp/stage PREFIX=/opt/uss LIB32DIR=/opt/uss/lib32
is "left in DESTDIR" "" "$(find "$root/tmp/stage" ! -type d)"
