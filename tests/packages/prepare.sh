# Run by vm/disk in the new system, on this machine's processor: what is not tested here and would take minutes in an emulated one.
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

apt-get -qy -o APT::Sandbox::User=root update
# What the headers of all flavours have in common, and need. Without those of a flavour no module can be built.
common=$(apt-cache depends "linux-headers-$kernel" | sed -n 's/^ *Depends: \([^<]*\)$/\1/p' | grep -v '^linux-image')
# shellcheck disable=SC2086 # words
apt-get -qy -o APT::Sandbox::User=root --no-install-recommends install $common
