#!/bin/bash
# Services that vm/setup installs are not started, neither now nor at boot, and the index of manual pages is not built. The
# same holds when an installation is interrupted and another vm/setup completes it. The test runs in overlays over this
# machine's files, with its own package from its own archive.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

[ "$(id -u)" = 0 ] || { echo "skipped: only root can mount an overlay over this machine's files"; exit 77; }
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
# Like the scripts of debhelper and man-db.
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

program() { # NAME TEXT: replaces a program in the overlay
	printf '#!/bin/sh\n%s\n' "$2" >"$root/usr/$1.new"
	chmod 755 "$root/usr/$1.new"
	mv "$root/usr/$1.new" "$root/usr/$1"
}
overlay() { # NAME: a copy of this machine with another archive and another mandb
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
	# These tell invoke-rc.d whether it may start a service. A chroot has neither.
	program sbin/runlevel 'echo N 2'
	program sbin/policy-rc.d 'exit 0'
	cp -r vm "$root/rig"
	sed -i "s/^packages_demo=.*/packages_demo=$service/" "$root/rig/vm/setup"
}
# Omits the disabled links (K) and the state kept by deb-systemd-helper.
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

# The control: a plain apt-get starts the service, and the test detects it.
overlay plain
chroot "$root" sh -c "apt-get -q update && apt-get -qy install $service" >"$work/log" 2>&1 || { cat "$work/log"; fail "plain apt"; }
for sign in "etc/rc2.d/S01$service" "etc/systemd/system/multi-user.target.wants/$service.service" started tmp/mandb-ran; do
	contains "plain apt" "$sign" "$(what_starts)"
done

overlay quiet
setup 0
is "vm/setup" "installed" "$(installed)"
is "services started" "" "$(what_starts)"
# A service enabled by an administrator stays enabled.
chroot "$root" sh -c "update-rc.d $service defaults && update-rc.d $service enable && PATH=/rig/vm/no-services:\$PATH update-rc.d $service defaults" >"$work/log" 2>&1
contains "enabled by hand" "etc/rc2.d/S01$service" "$(what_starts)"

overlay broken
touch "$root/breaks"
setup 1
contains "message of vm/setup" "half installed" "$(cat "$work/log")"
is "after the interruption" "half-configured" "$(installed)"
is "services started after the interruption" "" "$(what_starts)"
rm "$root/breaks"
# As after a killed dpkg: apt refuses to work until dpkg --configure -a is run.
touch "$root/var/lib/dpkg/updates/0000"
setup 0
is "vm/setup, again" "installed" "$(installed)"
is "services started in the end" "" "$(what_starts)"
