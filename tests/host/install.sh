#!/bin/bash
# `make install` with another prefix and a strict umask: all users can read and run the installed files, pkg-config finds the
# library, also after it was moved, and a program compiled with the flags of pkg-config runs.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# In a copy of the tree, because another prefix rebuilds the tool.
mkdir "$work/tree"
cp -r Makefile VERSION module include lib dropin tool tests "$work/tree"
umask 077
make -s -C "$work/tree" install DESTDIR="$work/stage" PREFIX=/opt/uss
root=$work/stage/opt/uss
is "directories" "" "$(find "$work/stage" -mindepth 1 -type d ! -perm 755)"
is "programs" "" "$(find "$root/bin" -type f ! -perm 755)"
is "files" "" "$(find "$root" -type f ! -path '*/bin/*' ! -perm 644)"

pc=$(find "$root" -name usrsysshm.pc)
export PKG_CONFIG_PATH=${pc%/*}
variable() { pkg-config --variable="$1" usrsysshm; }
is "prefix" /opt/uss "$(variable prefix)"
is "libdir" "$(dirname "${PKG_CONFIG_PATH#"$work/stage"}")" "$(variable libdir)"
is "includedir" /opt/uss/include "$(variable includedir)"
is "version" "$(cat VERSION)" "$(pkg-config --modversion usrsysshm)"
pkg-config --validate usrsysshm

cat >"$work/program.c" <<'END2'
#include <stdio.h>
#include <unistd.h>
#include <usrsysshm.h>
#include <usrsysshm/abi.h>
int main(void) { printf("%d %d\n", uss_getpid() == getpid(), USS_ABI_VERSION); return 0; }
END2
# Neither the headers nor the library are in a system directory.
compile() { # FLAGS...: those of pkg-config
	cc "$work/program.c" "$@" -o "$work/program"
	LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH") "$work/program"
}
is "with a sysroot" "1 1" "$(compile $(PKG_CONFIG_SYSROOT_DIR=$work/stage pkg-config --cflags --libs usrsysshm))"
is "moved" "1 1" "$(compile $(pkg-config --define-variable=prefix="$root" --cflags --libs usrsysshm))"
is "static" "1 1" "$(compile -static $(pkg-config --define-variable=prefix="$root" --static --cflags --libs usrsysshm))"

# With LIBDIR outside the prefix.
make -s -C "$work/tree" install DESTDIR="$work/other" PREFIX=/opt/uss LIBDIR=/srv/lib
is "another libdir" "/srv/lib" "$(PKG_CONFIG_PATH=$work/other/srv/lib/pkgconfig variable libdir)"
is "where the tool looks for the drop-in" 125 "$("$work/other/opt/uss/bin/usrsysshm" run true 2>"$work/err"; echo $?)"
contains "where the tool looks for the drop-in" "/srv/lib/libusrsysshm-dropin.so" "$(cat "$work/err")"
