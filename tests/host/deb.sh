#!/bin/bash
# The Debian packages: lintian has no errors and warnings. In Debian 12 and 13 they install without the kernel's headers, with them, beside a
# kernel that the module does not support, and with a module that does not compile; apt is never left half-configured, and each case has its
# line. An ordinary user compiles README's example against the installed files in each way. Nothing is left after purge. (What needs a
# running module is in tests/packages/.)
#
#   tests/host/deb.sh [SUITE...]        default: bookworm trixie
# shellcheck disable=SC2086 # $debs is a list of words
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

[ "$(id -u)" = 0 ] || { echo "skipped: only root can mount overlays and chroot"; exit 77; }
if [ "${1:-}" != --in-namespace ]; then
	vm/setup deb packages
	[ $# -gt 0 ] || set -- bookworm trixie
	make -s deb >/dev/null
	# A tree without the command's manual page makes packages without it.
	suppress=
	[ -f man/usrsysshm.1 ] || suppress="--suppress-tags no-manual-page"
	# shellcheck disable=SC2086 # two words
	lintian --fail-on error,warning $suppress build/deb/*.changes || fail "lintian (see above)"
	# A later `make deb` must not take them away.
	packages=$(mktemp -d)
	trap 'rm -rf "$packages"' EXIT
	cp build/deb/*.deb "$packages"
	# Side by side. All mounts go with the namespaces.
	running=()
	for suite; do
		for layer in base developer archive; do
			vm/debian "$suite" $layer >/dev/null
		done
		in_own_mounts "$0" --in-namespace "$suite" "$packages" &
		running+=($!)
	done
	status=0
	for pid in "${running[@]}"; do
		wait "$pid" || status=1
	done
	exit $status
fi

suite=$2 packages=$3
version=$(cat VERSION)
work=$(mktemp -d)
trap 'umount -R -l "$work"; rmdir "$work"' EXIT
mount -t tmpfs -o size=2g tmpfs "$work"
root=$work/root
mkdir -p "$root" "$work/upper" "$work/work"
mount -t overlay -o "lowerdir=$(vm/debian "$suite" developer):$(vm/debian "$suite" base),upperdir=$work/upper,workdir=$work/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir "$root/archive" "$root/debs"
mount --bind "$(vm/debian "$suite" archive)" "$root/archive"
cp "$packages"/*.deb "$root/debs"
# As words for apt.
debs=$(cd "$root" && echo debs/*.deb | sed 's|debs/|/debs/|g')
rm -rf "$root"/etc/apt/sources.list.d/*
echo "deb [trusted=yes] file:/archive ./" >"$root/etc/apt/sources.list"

in_root() { chroot "$root" env -i INITRD=No PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# apt ARGUMENTS...: apt-get must succeed and leave all packages configured; its output is in $log.
apt() {
	local status=0
	in_root apt-get -qy -o APT::Sandbox::User=root --no-install-recommends "$@" >"$work/log" 2>&1 </dev/null || status=$?
	log=$(cat "$work/log")
	[ $status = 0 ] || { echo "$log"; fail "$suite: apt-get $*"; }
	is "$suite: dpkg --audit after apt-get $*" "" "$(in_root dpkg --audit)"
}
ours() { (cd "$root/debs" && for file in *.deb; do echo "${file%%_*}"; done); }
# Everything but what apt, dpkg, ldconfig, man and depmod keep for themselves.
files() {
	(cd "$root" && find . -xdev \( -path ./var/log -o -path ./var/cache -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./tmp -o \
		-path ./root -o -path ./run \) -prune -o ! -name 'modules.*' ! -name 'ld.so.cache' ! -path './debs*' -print) | LC_ALL=C sort
}
# Removes our packages, and sees that nothing is left.
purge() { # WHEN
	# shellcheck disable=SC2046 # words
	apt purge $(ours)
	files >"$work/after"
	# DKMS keeps its key for the next module.
	is "$suite: left after purge, $1" "" "$(diff "$work/before" "$work/after" | grep '^[<>]' | grep -v '/var/lib/dkms/mok\.\(key\|pub\)$')"
}
module_of() { in_root modinfo -k "$1" -F "$2" usrsysshm 2>/dev/null || echo none; }

kernel=$(basename "$(echo "$root"/lib/modules/*)")
apt update
files >"$work/before"

# Without headers.
apt install $debs
contains "$suite: without headers" "usrsysshm: no module for $kernel yet: its headers are missing. Install linux-headers-$kernel" "$log"
is "$suite: module without headers" none "$(module_of "$kernel" version)"
status=0
out=$(in_root usrsysshm status) || status=$?
is "$suite: status of usrsysshm status" 1 "$status"
contains "$suite: usrsysshm status" "not loaded" "$out"
is "$suite: version of the tool" "usrsysshm $version" "$(in_root usrsysshm --version)"
purge "without headers"

# With headers.
apt install "linux-headers-$kernel"
files >"$work/before"
apt install $debs
contains "$suite: headers" "usrsysshm: built the module for $kernel" "$log"
is "$suite: version of the module" "$version" "$(module_of "$kernel" version)"
[ "$(module_of "$kernel" signer)" != none ] && [ -n "$(module_of "$kernel" signer)" ] || fail "$suite: DKMS has a key, but the module has no signature"

# The boot loads nothing, and does not fail, on a kernel without the module (this machine's), and with nousrsysshm.
load=/usr/lib/systemd/systemd-modules-load
contains "$suite: boot without the module" "usrsysshm: not loaded, because there is no module for this kernel" "$(in_root INVOCATION_ID=1 $load 2>&1)"
! in_root modprobe usrsysshm 2>/dev/null || fail "$suite: modprobe succeeds without the module"
echo "root=/dev/vda nousrsysshm quiet" >"$work/cmdline"
mount --bind "$work/cmdline" "$root/proc/cmdline"
for command in "modprobe usrsysshm" $load; do
	contains "$suite: $command with nousrsysshm" "usrsysshm: not loaded, because the kernel command line has nousrsysshm" "$(in_root $command 2>&1)"
done
umount "$root/proc/cmdline"

# The real-time kernel, as if the module did not support it.
sed -i 's/^BUILD_EXCLUSIVE_CONFIG="/&!CONFIG_PREEMPT_RT /' "$root/usr/src/usrsysshm-$version/dkms.conf"
apt install linux-image-rt-amd64 linux-headers-rt-amd64
rt=$(cd "$root/lib/modules" && echo *-rt-amd64)
contains "$suite: unsupported kernel" "usrsysshm: no module for $rt: version $version does not support this kernel" "$log"
is "$suite: module for an unsupported kernel" none "$(module_of "$rt" version)"
apt purge linux-image-rt-amd64 linux-headers-rt-amd64 "linux-image-$rt" "linux-headers-$rt" "linux-headers-${rt%-rt-amd64}-common-rt"
sed -i '/^BUILD_EXCLUSIVE_CONFIG=/s/!CONFIG_PREEMPT_RT //' "$root/usr/src/usrsysshm-$version/dkms.conf"

# A kernel whose headers come later, on which the module does not compile.
echo '#error does not compile' >>"$root/usr/src/usrsysshm-$version/module/main.c"
apt install linux-image-cloud-amd64
cloud=$(cd "$root/lib/modules" && echo *-cloud-amd64)
contains "$suite: no headers yet" "usrsysshm: no module for $cloud yet: its headers are missing. Install linux-headers-$cloud" "$log"
apt install linux-headers-cloud-amd64
contains "$suite: does not compile" "usrsysshm: cannot build the module for $cloud" "$log"
contains "$suite: does not compile" "See /var/lib/dkms/usrsysshm/$version/build/make.log" "$log"
contains "$suite: log of the build" "does not compile" "$(cat "$root/var/lib/dkms/usrsysshm/$version/build/make.log")"
sed -i '/#error does not compile/d' "$root/usr/src/usrsysshm-$version/module/main.c"
in_root dpkg-reconfigure usrsysshm-dkms >"$work/log" 2>&1 || fail "$suite: dpkg-reconfigure: $(cat "$work/log")"
contains "$suite: after the repair" "usrsysshm: built the module for $cloud" "$(cat "$work/log")"
is "$suite: version of the module after the repair" "$version" "$(module_of "$cloud" version)"
# The kernel goes, and its module with it.
apt purge linux-image-cloud-amd64 linux-headers-cloud-amd64 "linux-image-$cloud" "linux-headers-$cloud"
is "$suite: left of the module of a removed kernel" "" "$(find "$root/lib/modules/$cloud" "$root/var/lib/dkms/usrsysshm/$version/$cloud" 2>/dev/null)"

# README's example, as an ordinary user compiles it.
mkdir -m 777 "$root/tmp/user"
{
	cat <<-'END'
		#include <stdint.h>
		#include <stdio.h>
		#include <string.h>
		#include <unistd.h>
	END
	printf '#include <usrsysshm.h>\nstatic uint64_t remembered;\nstatic void set_up_again(void) { remembered = uss_forkid(); }\n'
	printf 'int main(void)\n{\n	int n = 7;\n	char name[256], real[256];\n'
	sed -n '/^    #include <usrsysshm.h>$/,/^[^ ]/p' README.md | grep '^    ' | grep -v '#include'
	cat <<-'END'
		gethostname(real, sizeof(real));
		char title[64], expected[64] = "";
		FILE *file = fopen("/proc/self/cmdline", "r");
		size_t length = fread(title, 1, sizeof(title) - 1, file);
		title[length] = '\0';
		snprintf(expected, sizeof(expected), "%s", strstr(title, "serving 7") ? "titled" : title);
		printf("%d %d %s %s %d\n", pid == getpid(), !strcmp(name, real), expected, uss_version(), (int)sizeof(void *));
		return remembered != uss_forkid();
		}
	END
} >"$root/tmp/user/example.c"
cp "$root/tmp/user/example.c" "$root/tmp/user/example.cc"
as_user() { chroot --userspec 1000:1000 "$root" env -i PATH=/usr/bin:/bin HOME=/tmp/user LC_ALL=C.UTF-8 sh -euc "cd /tmp/user; $1"; }
# compiled HOW SIZE COMMAND: COMMAND makes ./example, which prints what it must, with pointers of SIZE bytes
compiled() {
	as_user "$3" >"$work/log" 2>&1 || { cat "$work/log"; fail "$suite: $1"; }
	is "$suite: $1" "1 1 titled $version $2" "$(as_user ./example)"
	rm "$root/tmp/user/example"
}
flags="-Wall -Wextra -Werror"
compiled gcc 8 "gcc $flags example.c -lusrsysshm -o example"
compiled clang 8 "clang $flags example.c -lusrsysshm -o example"
compiled g++ 8 "g++ $flags example.cc -lusrsysshm -o example"
compiled "gcc -m32" 4 "gcc -m32 $flags example.c -lusrsysshm -o example"
compiled "gcc -static" 8 "gcc -static $flags example.c -lusrsysshm -o example"
compiled pkg-config 8 "gcc $flags example.c \$(pkg-config --cflags --libs usrsysshm) -o example"
compiled "pkg-config --static" 8 "gcc -static $flags example.c \$(pkg-config --static --cflags --libs usrsysshm) -o example"
for target in usrsysshm static; do
	mkdir -m 777 "$root/tmp/user/$target"
	cat >"$root/tmp/user/$target/CMakeLists.txt" <<-END
		cmake_minimum_required(VERSION 3.18)
		project(example C)
		find_package(usrsysshm 0.1 REQUIRED)
		add_executable(example ../example.c)
		target_link_libraries(example usrsysshm::$target)
	END
	compiled "CMake, usrsysshm::$target" 8 "cmake -S $target -B $target/build && cmake --build $target/build && cp $target/build/example ."
done
as_user 'printf "cmake_minimum_required(VERSION 3.18)\nproject(x C)\nfind_package(usrsysshm 99)\nif(usrsysshm_FOUND)\nmessage(FATAL_ERROR found)\nendif()\n" >CMakeLists.txt
	cmake -S . -B other' >"$work/log" 2>&1 || { cat "$work/log"; fail "$suite: CMake finds a version that is not there"; }

purge "with headers"
umount -R -l "$work"
rmdir "$work"
trap - EXIT
