#!/bin/sh
# usrsysshm stat: what it counts, its exit codes, and where its report goes.
set -eu
. "$(dirname "$0")/../shell.sh"

run_tool 2 stat
contains "stat without a command" "no command given" "$err"
run_tool 2 stat --bogus true
contains "stat --bogus" "unknown option --bogus" "$err"
run_tool 2 stat -o
contains "stat -o without a file" "--output needs a file" "$err"
run_tool 2 stat --json true
contains "stat --json without --output" "--json needs --output FILE" "$err"
run_tool 127 stat /nowhere/program
is "stat of a missing program" "usrsysshm: cannot run /nowhere/program: No such file or directory" "$err"
run_tool 126 stat /etc/passwd
is "stat of a file that is no program" "usrsysshm: cannot run /etc/passwd: Permission denied" "$err"
for option in -o/tmp/report "-o /tmp/report" --output=/tmp/report; do
	rm -f /tmp/report
	run_tool 127 stat $option /nowhere/program
	is "report of stat $option" "" "$(cat /tmp/report)"
done
run_tool 0 stat --output /tmp/report true
is "stat --output: stderr" "" "$err"
contains "stat --output" "programs started with the drop-in: 1" "$(cat /tmp/report)"
status=0
usrsysshm stat true 2>/dev/full || status=$?
is "stat 2>/dev/full" 125 "$status"
run_tool 125 stat -o /dev/full true
contains "stat -o /dev/full" "cannot write the report" "$err"
run_tool 7 stat sh -c 'exit 7'
contains "stat" "programs started with the drop-in: 1" "$err"
run_tool 137 stat sh -c 'kill -9 $$'
status=0
(trap '' CHLD; exec usrsysshm stat false) 2>/dev/null || status=$?
is "stat, started with SIGCHLD ignored" 1 "$status"
run_tool 125 stat --output /nowhere/report true
contains "stat --output" "cannot write /nowhere/report" "$err"
run_tool 0 stat busybox true
contains "stat of a static program" "/usr/bin/busybox is static" "$err"
contains "stat of a static program" "nothing was counted" "$err"
usrsysshm stat --output /tmp/report sleep 1000 & pid=$!
while [ "$(ps --ppid $pid -o comm=)" != sleep ]; do sleep 0.1; done
kill $pid
status=0
wait $pid || status=$?
is "stat passes on SIGTERM" 143 "$status"
contains "report after SIGTERM" "programs started with the drop-in: 1" "$(cat /tmp/report)"
# Under the drop-in it measures the system calls all the same.
names='import socket
for i in range(2000): socket.gethostname()'
usrsysshm stat --json -o /tmp/plain python3 -S -c "$names"
usrsysshm run usrsysshm stat --json -o /tmp/under python3 -S -c "$names"
is "saved under the drop-in, at least a tenth" true "$(jq -n --slurpfile a /tmp/plain --slurpfile b /tmp/under '$b[0].saved_ns > $a[0].saved_ns / 10')"
umount /sys/kernel/tracing 2>/dev/null || true
run_tool 0 stat true
contains "stat without a tracefs" "not known: no tracefs is mounted at /sys/kernel/tracing" "$err"
mount -t tracefs tracefs /sys/kernel/tracing
contains "stat by an ordinary user" "not known: this needs root" "$(setpriv --reuid 65534 --clear-groups usrsysshm stat true 2>&1)"
# A daemon left running is named in the report. With --follow it is counted until it exits, or until stat receives SIGTERM.
daemon='import os, signal
if os.fork() == 0:
    os.setsid()
    [os.getpid() for i in range(1000)]
    signal.pause() if "stays" in os.environ else os._exit(0)
os._exit(3)'
kill_left() { kill "$(sed -n 's/^still running, counted until now: python3 (\([0-9]*\))$/\1/p' "$1")" || fail "the report names no daemon"; }
stays=1 run_tool 3 stat python3 -S -c "$daemon"
kill_left /tmp/err
run_tool 3 stat --follow --json -o /tmp/report python3 -S -c "$daemon"
is "stat --follow" "1000 false" "$(jq -r '"\(.calls.getpid.page) \(.still_running)"' /tmp/report)"
rm /tmp/report
# As under nohup, an ignored SIGHUP does not end it.
(trap '' HUP; stays=1 exec usrsysshm stat --follow -o /tmp/report python3 -S -c "$daemon" 2>/tmp/following) & pid=$!
until grep -q following /tmp/following; do sleep 0.1; done
kill -HUP $pid
sleep 0.3
is "report after an ignored SIGHUP" "" "$(cat /tmp/report)"
kill -TERM $pid
status=0
wait $pid || status=$?
is "stat --follow, until SIGTERM" 3 "$status"
kill_left /tmp/report
run_tool 0 stat python3 -S -c 'import os, signal
if os.fork() == 0:
    os.setsid()
    open("/proc/self/comm", "w").write("a\x1b]b")
    signal.pause()
child = open("/proc/thread-self/children").read().strip()
while "]b" not in open("/proc/%s/comm" % child).read(): pass'
contains "control characters in the name of a daemon" "counted until now: a?]b (" "$err"
kill "$(sed -n 's/^still running.*(\([0-9]*\))$/\1/p' /tmp/err)"
# A program that changes its user is counted too. But nobody else finds the file of counts: truncating it would kill the programs.
run_tool 0 stat -o /tmp/report setpriv --reuid 65534 --clear-groups sh -c 'ls "${USRSYSSHM_STAT%/*}" >/tmp/listed 2>&1 || true'
contains "the directory of the counts, for another user" "Permission denied" "$(cat /tmp/listed)"
status=0
usrsysshm stat -o /tmp/report true >&- || status=$?
is "stat with stdout closed" 0 "$status"
case $(uname -m) in
aarch64) getpid=172 ;;
*) getpid=39 ;;
esac
run_tool 0 run usrsysshm stat --json --output /tmp/out /usr/bin/python3 -S -c '
import os, socket, ctypes
for i in range(10): os.getpid()
for i in range(5): socket.gethostname()
for i in range(3): ctypes.CDLL(None).syscall('$getpid')
for i in range(6): os.cpu_count()
for i in range(7): os.getloadavg()
name = ctypes.create_string_buffer(65)
for i in range(2): ctypes.CDLL(None).getdomainname(name, 65)
pid = os.posix_spawn("/bin/true", ["true"], {})
os.waitpid(pid, 0)
ctypes.CDLL(None).unshare(0x04000000)
for i in range(4): os.uname()'
got() { python3 -c 'import json; d = json.load(open("/tmp/out")); print(eval("d" + "".join("[%r]" % k for k in __import__("sys").argv[1:])))' "$@"; }
is "stat: getpid from pages" 10 "$(got calls getpid page)"
is "stat: gethostname from pages" 5 "$(got calls gethostname page)"
is "stat: uname in another namespace" 4 "$(got calls uname namespace)"
is "stat: processors from pages" 6 "$(got calls 'sysconf(_SC_NPROCESSORS_ONLN)' page)"
is "stat: getdomainname from pages" 2 "$(got calls getdomainname page)"
[ "$(got calls getloadavg page)" -ge 5 ] || fail "stat: load averages from pages: $(got calls getloadavg page)"
is "stat: getpid past the drop-in" 3 "$(got past getpid)"
[ "$(got past uname)" -ge 0 ] || fail "stat: uname past the drop-in"
is "stat: programs" 1 "$(got programs)"
run_tool 0 stat --json --output /tmp/out build/tests/programs/vfork_getpid 3
is "stat: getpid of vfork children" "3 3" "$(got calls getpid vfork) $(got calls getpid page)"
# Without pages: another file is mounted over the sysctl, so the program cannot ask.
unshare -m sh -c 'mount --bind /dev/null /proc/sys/kernel/usrsysshm
	exec usrsysshm stat --json --output /tmp/out /usr/bin/python3 -S -c "import os; [os.getpid() for i in range(10)]"'
is "stat: getpid without pages" "10 0" "$(got calls getpid no_pages) $(got calls getpid page)"
is "files left behind by stat" "" "$(ls /tmp | grep usrsysshm-stat || true)"

# The conclusion follows from the measurement: a program that asks all the time wins, one that never asks does not, and one
# that asks seldom does not count as a loss because it was observed only briefly.
usrsysshm stat --json -o /tmp/report python3 -S -c 'import os; [os.getpid() for i in range(200000)]'
jq -e '.verdict == "saved" and .net_ns_low > 0 and .preload_ns_low <= .preload_ns and .preload_ns <= .preload_ns_high and
	(.preload_pays_from_calls > 0) == (.preload_ns_low > 0) and .hour_ns > 0 and .calls_per_second > 1000 and .net_percent > 0' /tmp/report >/dev/null ||
	fail "stat of a program that asks all the time: $(cat /tmp/report)"
usrsysshm stat --json -o /tmp/report true
jq -e '.verdict != "saved" and (.verdict == "lost") == (.net_ns_high < 0)' /tmp/report >/dev/null ||
	fail "stat of a program that never asks: $(cat /tmp/report)"
usrsysshm stat --json -o /tmp/report python3 -S -c 'import os; [os.getpid() for i in range(20)]'
jq -e '.verdict != "saved" and .hour_ns > 0' /tmp/report >/dev/null || fail "stat of a program that asks seldom: $(cat /tmp/report)"
usrsysshm stat -o /tmp/report python3 -S -c 'import os; [os.getpid() for i in range(20)]'
contains "stat of a program that asks seldom" "an hour of running like this, the first start left out: " "$(cat /tmp/report)"
