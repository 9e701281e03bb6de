#!/bin/bash
# The systemd unit, run by a systemd of its own in the guest: it loads the module, runs the selftest, and keeps the module. If the selftest
# finds a difference, crashes, or the module cannot be loaded, the unit fails, the module is unloaded, and the journal says so. Stopping the
# unit unloads the module. nousrsysshm on the kernel command line prevents loading. An ordinary service starts after all this.
set -eu
. "$(dirname "$0")/../shell.sh"

systemd=/usr/lib/systemd/systemd units=/etc/systemd/system
[ -x $systemd ] || { echo "systemd is not installed"; exit 77; }
PATH=$PATH:/usr/sbin:/sbin

# modprobe finds the module, and no other.
mount -t tmpfs modules "/lib/modules/$(uname -r)"
touch "/lib/modules/$(uname -r)"/modules.{order,builtin,builtin.modinfo}
wants=
patch=/sys/kernel/livepatch/uss_livepatch
trap '[ ! -e $patch ] || echo 0 >$patch/enabled; umount "/lib/modules/$(uname -r)" $wants; umount /usr/bin/usrsysshm 2>/dev/null || true' EXIT
cp "$USRSYSSHM_MODULE" "/lib/modules/$(uname -r)/"
depmod

# The guest has the files of this machine, which may be a container: systemd would take the guest for one.
rm -f /.dockerenv /run/.containerenv

# Only the journal and the unit are started. The report comes from an ordinary service: its one order is to start after sysinit.target. So it
# says what a service finds when it starts.
cp systemd/usrsysshm.service $units/
# The packages install it with the module, and without it the unit does not run.
install -D -m 644 packaging/modprobe.conf /usr/lib/modprobe.d/usrsysshm.conf
cat >$units/uss-test.target <<'END'
[Unit]
DefaultDependencies=no
Requires=systemd-journald.service uss-report.service sysinit.target
END
# sysinit.target without the other units of a boot
cat >$units/sysinit.target <<'END'
[Unit]
DefaultDependencies=no
END
wants="/usr/lib/systemd/system/sysinit.target.wants $units/sysinit.target.wants"
for directory in $wants; do
	mkdir -p "$directory"
	mount -t tmpfs wants "$directory"
done
ln -s ../usrsysshm.service $units/sysinit.target.wants/
cat >$units/uss-report.service <<'END'
[Unit]
DefaultDependencies=no
After=sysinit.target systemd-journald.service
[Service]
Type=oneshot
ExecStart=/bin/sh /uss-report
END
cat >/uss-report <<'END'
exec >/uss-report.out 2>&1
systemctl show -p ActiveState -p SubState -p Result -p ConditionResult usrsysshm.service
[ ! -e /sys/kernel/usrsysshm ] || echo Module=loaded
journalctl --sync
journalctl -o short -p 7 --no-hostname -u usrsysshm.service --no-pager
echo "Errors: $(journalctl -o cat -p 3 -u usrsysshm.service --no-pager)"
[ ! -e /uss-stop ] || systemctl stop usrsysshm.service
[ ! -e /sys/kernel/usrsysshm ] || echo "Module in the end=loaded"
echo done
END

boot() { # KERNEL_COMMAND_LINE
	rm -rf /uss-report.out /run/log/journal /var/log/journal
	rmmod usrsysshm 2>/dev/null || true
	# Until systemd runs as process 1 of a namespace of its own.
	env -i "SYSTEMD_PROC_CMDLINE=$1 systemd.log_target=console" unshare --pid --fork --kill-child --mount --mount-proc --propagation private \
		$systemd --system --unit=uss-test.target >/tmp/systemd-log 2>&1 </dev/null & unshared=$!
	for i in $(seq 900); do
		! grep -qx 'done' /uss-report.out 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL $unshared
	wait $unshared 2>/dev/null || true
	[ "$i" -lt 900 ] || fail "systemd wrote no report: $(cat /tmp/systemd-log /uss-report.out 2>/dev/null)"
	report=$(cat /uss-report.out)
	echo "--- $1"
	echo "$report"
}
# A tool that ends otherwise than the real one.
replace_tool() {
	printf '#!/bin/sh\n%s\n' "$1" >/tmp/tool
	chmod +x /tmp/tool
	mount --bind /tmp/tool /usr/bin/usrsysshm
}

touch /uss-stop
boot ""
contains "unit" "ActiveState=active" "$report"
contains "unit" "Module=loaded" "$report"
contains "unit: journal" " 0 differ, 0 not served, " "$report"
is "errors in the journal" "Errors: " "$(grep '^Errors' <<<"$report")"
is "module after the unit was stopped" "" "$(grep 'in the end' <<<"$report")"
rm /uss-stop

boot nousrsysshm
contains "nousrsysshm" "ConditionResult=no" "$report"
is "nousrsysshm" "" "$(grep 'Module=loaded' <<<"$report")"

replace_tool 'echo "fork, three deep  9  9  differs"; exit 1'
boot ""
contains "selftest that finds a difference" "ActiveState=failed" "$report"
contains "selftest that finds a difference: journal" "three deep" "$report"
contains "selftest that finds a difference: errors" "the selftest failed on this kernel (see above): the module is unloaded" "$(sed -n '/^Errors/,$p' <<<"$report")"
is "module after a difference" "" "$(grep 'loaded$' <<<"$report")"
umount /usr/bin/usrsysshm

replace_tool 'kill -SEGV $$'
boot ""
contains "selftest that crashes" "ActiveState=failed" "$report"
is "module after a crash" "" "$(grep 'loaded$' <<<"$report")"
umount /usr/bin/usrsysshm

replace_tool 'exit 2'
boot ""
contains "selftest that is not served" "ActiveState=active" "$report"
contains "selftest that is not served" "Module=loaded" "$report"
umount /usr/bin/usrsysshm

rmmod usrsysshm
# A live patch replaces a function that the module replaces, too.
insmod "$(dirname "$USRSYSSHM_MODULE")/uss_livepatch.ko" function=access_remote_vm
until [ "$(cat $patch/transition)" = 0 ]; do sleep 0.1; done
boot ""
contains "module that cannot be loaded" "ActiveState=failed" "$report"
contains "module that cannot be loaded: errors" "the module could not be loaded" "$(sed -n '/^Errors/,$p' <<<"$report")"
