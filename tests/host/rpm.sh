#!/bin/bash
# `make rpm`: each package has its files, scripts that a shell can parse, and its version; the unpacked command and library work; DKMS builds
# the module itself for new kernels.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

vm/setup build packages
make -s rpm >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
version=$(cat VERSION)
for package in usrsysshm usrsysshm-libs usrsysshm-devel usrsysshm-dkms; do
	file=$(echo build/rpm/$package-"$version"-*.rpm)
	is "version of $package" "$version" "$(rpm -qp --qf '%{VERSION}' "$file")"
	for script in PREIN POSTIN PREUN POSTUN; do
		rpm -qp --qf "%{$script}" "$file" | grep -v '^(none)$' >"$work/script" || true
		sh -n "$work/script" || fail "$package: $script"
	done
	(cd "$work" && rpm2cpio "$OLDPWD/$file" | cpio -id --quiet)
done
for file in usr/bin/usrsysshm usr/lib64/usrsysshm/libusrsysshm-dropin.so usr/lib64/libusrsysshm.so.0 usr/lib64/libusrsysshm.a usr/include/usrsysshm.h \
	"usr/src/usrsysshm-$version/module/Kbuild" usr/lib/modprobe.d/usrsysshm.conf usr/lib/modules-load.d/usrsysshm.conf \
	usr/share/bash-completion/completions/usrsysshm; do
	[ -e "$work/$file" ] || fail "no $file in the packages"
done
is "dkms.conf" "$version yes $version" "$(bash -c '. "$1"; echo "$PACKAGE_VERSION $AUTOINSTALL $2"' bash "$work/usr/src/usrsysshm-$version/dkms.conf" "$version")"
is "the command" "usrsysshm $version" "$("$work/usr/bin/usrsysshm" --version)"
contains "the drop-in of the command" "/usr/lib64/usrsysshm/libusrsysshm-dropin.so" "$("$work/usr/bin/usrsysshm" run --help)"
printf '#include <usrsysshm.h>\n#include <stdio.h>\nint main(void) { puts(uss_version()); return 0; }\n' >"$work/program.c"
cc -I"$work/usr/include" "$work/program.c" -L"$work/usr/lib64" -lusrsysshm -o "$work/program"
is "a program" "$version" "$(LD_LIBRARY_PATH=$work/usr/lib64 "$work/program")"
