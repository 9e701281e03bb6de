#!/bin/bash
# What vm/setup installs is not started, now or at boot, and the index of manual pages is not made; also when the installation breaks off
# and another vm/setup finishes it. Tried in overlays over this machine's files, with a package of our own from an archive of our own.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

[ "$(id -u)" = 0 ] || { echo "not tried: only root can lay an overlay over this machine's files"; exit 77; }
if [ "${1:-}" != --in-namespace ]; then
	in_own_mounts "$0" --in-namespace
	exit
fi

work=$(mktemp -d)
trap 'umount -l "$work"; rmdir "$work"' EXIT
mount -t tmpfs tmpfs "$work"
service=uss-test-service
package=$work/$service
mkdir -p "$package/DEBIAN" "$package/usr/lib/systemd/system" "$package/etc/init.d" "$work/archive"
cat >"$package/DEBIAN/control" <<END
Package: $service
Version: 1
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: a service for a test
END
cat >"$package/usr/lib/systemd/system/$service.service" <<END
[Service]
ExecStart=/bin/true
[Install]
WantedBy=multi-user.target
END
cat >"$package/etc/init.d/$service" <<END
#!/bin/sh
### BEGIN INIT INFO
# Provides:          $service
# Required-Start:
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
### END INIT INFO
[ "\$1" != start ] || touch /started
END
# As debhelper and man-db write them.
cat >"$package/DEBIAN/postinst" <<END
#!/bin/sh
set -e
[ ! -e /breaks ] || exit 1
deb-systemd-helper unmask $service.service >/dev/null || true
if deb-systemd-helper --quiet was-enabled $service.service; then
	deb-systemd-helper enable $service.service >/dev/null || true
else
	deb-systemd-helper update-state $service.service >/dev/null || true
fi
update-rc.d $service defaults >/dev/null
invoke-rc.d $service start || true
setpriv --reuid man --regid man --init-groups -- /usr/bin/mandb -pq || true
END
chmod 755 "$package/DEBIAN/postinst" "$package/etc/init.d/$service"
dpkg-deb --root-owner-group -b "$package" "$work/archive" >"$work/log"
(cd "$work/archive" && dpkg-scanpackages . >Packages 2>"$work/log")

program() { # NAME, TEXT: in the overlay, in place of what is there
	printf '#!/bin/sh\n%s\n' "$2" >"$root/usr/$1.new"
	chmod 755 "$root/usr/$1.new"
	mv "$root/usr/$1.new" "$root/usr/$1"
}
overlay() { # NAME: a machine that differs from this one in its archive and in mandb
	root=$work/$1/root
	mkdir -p "$root" "$work/$1/upper" "$work/$1/work"
	mount -t overlay -o "lowerdir=/,upperdir=$work/$1/upper,workdir=$work/$1/work" overlay "$root"
	mount --rbind /dev "$root/dev"
	mount -t proc proc "$root/proc"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
	mkdir "$root/archive" "$root/rig"
	cp "$work/archive/"* "$root/archive"
	rm -rf "$root"/etc/apt/sources.list.d/*
	echo "deb [trusted=yes] file:/archive ./" >"$root/etc/apt/sources.list"
	program bin/mandb 'touch /tmp/mandb-ran'
	# invoke-rc.d asks them whether it may start anything; a chroot has none.
	program sbin/runlevel 'echo N 2'
	program sbin/policy-rc.d 'exit 0'
	cp -r vm "$root/rig"
	sed -i "s/^packages_demo=.*/packages_demo=$service/" "$root/rig/vm/setup"
}
# Without the disabled links (K) and the state that deb-systemd-helper keeps.
what_starts() {
	(cd "$root" && find etc/systemd etc/rc?.d -name "*$service*" ! -name 'K*'; ls started tmp/mandb-ran) 2>/dev/null | sort | xargs
}
setup() { # EXPECTED_STATUS
	local status=0
	chroot "$root" /rig/vm/setup demo >"$work/log" 2>&1 || status=$?
	[ "$status" = "$1" ] || cat "$work/log"
	is "status of vm/setup" "$1" "$status"
}
installed() { chroot "$root" dpkg-query -W -f '${db:Status-Status}' $service; }

# The test sees what a package does that nothing holds back.
overlay plain
chroot "$root" sh -c "apt-get -q update && apt-get -qy install $service" >"$work/log" 2>&1 || { cat "$work/log"; fail "plain apt"; }
for sign in "etc/rc2.d/S01$service" "etc/systemd/system/multi-user.target.wants/$service.service" started tmp/mandb-ran; do
	contains "plain apt" "$sign" "$(what_starts)"
done

overlay quiet
setup 0
is "vm/setup" "installed" "$(installed)"
is "starts" "" "$(what_starts)"
# An administrator enables it: that is kept.
chroot "$root" sh -c "update-rc.d $service defaults && update-rc.d $service enable && PATH=/rig/vm/no-services:\$PATH update-rc.d $service defaults" >"$work/log" 2>&1
contains "enabled by hand" "etc/rc2.d/S01$service" "$(what_starts)"

overlay broken
touch "$root/breaks"
setup 1
contains "what vm/setup says" "half installed" "$(cat "$work/log")"
is "half-way" "half-configured" "$(installed)"
is "starts half-way" "" "$(what_starts)"
rm "$root/breaks"
# As if dpkg had been killed: apt now refuses all until somebody has called dpkg --configure -a.
touch "$root/var/lib/dpkg/updates/0000"
setup 0
is "vm/setup, again" "installed" "$(installed)"
is "starts after all" "" "$(what_starts)"
