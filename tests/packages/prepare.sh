# Run by vm/disk in the new system, on this machine's processor: work that is not tested and would take minutes on an emulated processor.
# shellcheck shell=bash
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

rm -rf /etc/apt/sources.list.d/*
echo "deb [trusted=yes] file:/rig/archive ./" >/etc/apt/sources.list
# Left out: modules of devices that the machine does not have, and a file for each option of a kernel, which only a build of the kernel
# needs. dpkg does not wait for the disk after each file, and the index of manual pages is not renewed after each package.
cat >/etc/dpkg/dpkg.cfg.d/usrsysshm <<'END'
force-unsafe-io
path-exclude=/lib/modules/*/kernel/sound/*
path-exclude=/lib/modules/*/kernel/net/*
path-exclude=/lib/modules/*/kernel/drivers/*
path-include=/lib/modules/*/kernel/drivers/virtio/*
path-include=/lib/modules/*/kernel/drivers/block/*
path-include=/lib/modules/*/kernel/drivers/char/*
path-exclude=/usr/lib/modules/*/kernel/sound/*
path-exclude=/usr/lib/modules/*/kernel/net/*
path-exclude=/usr/lib/modules/*/kernel/drivers/*
path-include=/usr/lib/modules/*/kernel/drivers/virtio/*
path-include=/usr/lib/modules/*/kernel/drivers/block/*
path-include=/usr/lib/modules/*/kernel/drivers/char/*
path-exclude=/usr/src/linux-headers-*/include/config/[A-Z]*
END
rm -f /var/lib/man-db/auto-update
echo COMPRESSLEVEL=1 >>/etc/initramfs-tools/conf.d/usrsysshm
kernel=$(cd /lib/modules && echo *)
find "/lib/modules/$kernel/kernel" \( -path '*/kernel/sound/*' -o -path '*/kernel/net/*' -o -path '*/kernel/drivers/*' \) \
	! -path '*/kernel/drivers/virtio/*' ! -path '*/kernel/drivers/block/*' ! -path '*/kernel/drivers/char/*' -type f -delete
depmod "$kernel"

apt() { apt-get -qy -o APT::Sandbox::User=root --no-install-recommends "$@"; }
apt update
# What the headers of all flavours have in common, and need. Without those of a flavour no module can be built.
common=$(apt-cache depends "linux-headers-$kernel" | sed -n 's/^ *Depends: \([^<]*\)$/\1/p' | grep -v '^linux-image')
# shellcheck disable=SC2086 # words
apt install $common ccache

# The compiler needs half a minute for each file in an emulated machine. So dkms, in this system, already builds here what it will build
# in the machine, with the ccache that Debian's kernel headers know. Only the cache stays. A build in the machine runs in full, but takes
# from the cache what was compiled with the same compiler, flags and headers.
cloud=$(apt-cache depends linux-headers-cloud-amd64 | sed -n 's/^ *Depends: linux-headers-//p')
apt install "linux-headers-$kernel" "linux-headers-$cloud"
# Without sloppiness a result is valid for one locale only, and the machine has another.
printf "%s\n" "cache_dir = /var/cache/ccache" "sloppiness = locale" >/etc/ccache.conf
export DEBIAN_KERNEL_USE_CCACHE=yes
. /rig/versions
cp -a /var/lib/dkms /root/dkms
build() { # PACKAGE VERSION KERNEL...
	local package=$1 number=$2 release
	shift 2
	mkdir /root/package
	dpkg-deb -x "$package" /root/package
	mv "/root/package/usr/src/usrsysshm-$number" /usr/src/
	for release; do
		dkms build -m usrsysshm -v "$number" -k "$release"
	done
	rm -r /root/package "/usr/src/usrsysshm-$number"
}
# shellcheck disable=SC2154 # of /rig/versions
build /rig/debs/usrsysshm-dkms_*.deb "$version" "$kernel" "$cloud"
# shellcheck disable=SC2154
build /rig/next/usrsysshm-dkms_*.deb "$next" "$cloud"
rm -r /var/lib/dkms
mv /root/dkms /var/lib/dkms
# Debian 13's headers depend on their kernel, which the machine would boot.
apt purge "linux-headers-$kernel" "linux-headers-$cloud" "linux-image-$cloud"
rm -rf "/lib/modules/$cloud"
