#!/bin/sh
# The usrsysshm command: what it prints, its exit codes, and errors that say what to do next.
set -eu
. "$(dirname "$0")/shell.sh"

# run_tool EXPECTED_STATUS ARGUMENTS...: leaves stdout in $out, stderr in $err
run_tool() {
	expected=$1
	shift
	status=0
	usrsysshm "$@" >/tmp/out 2>/tmp/err || status=$?
	out=$(cat /tmp/out)
	err=$(cat /tmp/err)
	is "exit status of usrsysshm $*" "$expected" "$status"
}
json() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1" </tmp/out; }

run_tool 0 status
contains status "module        loaded" "$out"
contains status "served from its page" "$out"
run_tool 0 status --json
is "status --json" "True True 1" "$(json module) $(json served) $(json abi_version)"

run_tool 0 show $$
contains "show PID" "process $$ (tool.sh)" "$out"
contains "show PID" "pid          $$" "$out"
# Another process's name must not reach the terminal as it is.
name=$(printf 'x\033[31m"')
cp /bin/sleep "/tmp/$name"
"/tmp/$name" 1000 &
while [ "$(cat /proc/$!/comm)" != "$name" ]; do sleep 0.1; done
run_tool 0 show --json $!
is "name in JSON" "$name" "$(json name)"
run_tool 0 show $!
contains "name" '(x\033[31m")' "$out"
kill $!
# A mapping that only ends like ours.
cp /bin/sleep "/tmp/x anon_inode:[usrsysshm]"
"/tmp/x anon_inode:[usrsysshm]" 1000 &
while ! grep -qF '/tmp/x anon_inode' /proc/$!/maps; do sleep 0.1; done
run_tool 0 show --json $!
is "address beside a mapping that pretends" "$(printf %d 0x$(grep -F ' anon_inode:[usrsysshm]' /proc/$!/maps | grep r--s | cut -d - -f 1))" "$(json address)"
kill $!
run_tool 0 show $$ --json
read -r forkid start </proc/sys/kernel/usrsysshm_self
is "show --json" "$$ $forkid $start" "$(json pid) $(json forkid) $(json start_time)"
run_tool 0 show
contains "show without a pid" "(usrsysshm)" "$out"
run_tool 1 show 4194303
is "show of nobody" "usrsysshm: no process 4194303" "$err"
run_tool 1 show 1
contains "show of a process without pages" "process 1 has no pages" "$err"
run_tool 2 show 0
contains "show 0" "0 is no process id" "$err"
run_tool 2 show 12x
contains "show 12x" "12x is no process id" "$err"
run_tool 2 show ''
contains "show of nothing" "is no process id" "$err"
run_tool 2 show 1 2
contains "show 1 2" "one argument too many: 2" "$err"
run_tool 2 show 1 --bogus
contains "show 1 --bogus" "unknown option --bogus" "$err"
run_tool 2 status extra
contains "status extra" "one argument too many: extra" "$err"
run_tool 2 show --jso
contains "show --jso" "unknown option --jso" "$err"
status=0
err=$(setpriv --reuid 65534 --clear-groups usrsysshm show $$ 2>&1) || status=$?
is "show of another user's process: exit status" 1 "$status"
contains "show of another user's process" "process $$: not permitted" "$err"

run_tool 2
contains "no command" "usage: usrsysshm COMMAND" "$err"
run_tool 0 --help
contains help "usage: usrsysshm COMMAND" "$out"
for command in ps run show stat status; do
	run_tool 0 $command --help
	contains "$command --help" "usage: usrsysshm $command" "$out"
done
run_tool 0 --version
is "--version" "usrsysshm $(cat VERSION)" "$out"
run_tool 2 staus
is "a mistyped command" "usrsysshm: no command staus; did you mean status?" "$err"
run_tool 2 tsat
is "two letters swapped" "usrsysshm: no command tsat; did you mean stat?" "$err"
for command in --help --version status show ps "ps --json"; do
	status=0
	err=$(usrsysshm $command 2>&1 >/dev/full) || status=$?
	is "usrsysshm $command >/dev/full" "1 usrsysshm: cannot write: No space left on device" "$status $err"
done
run_tool 2 xyzzy
is "an unknown command" "usrsysshm: no command xyzzy; see: usrsysshm --help" "$err"

run_tool 125 run
contains "run without a command" "no command given" "$err"
run_tool 125 run --bogus true
contains "run --bogus" "unknown option --bogus" "$err"
run_tool 127 run -- /nowhere/program
is "run of nothing" "usrsysshm: cannot run /nowhere/program: No such file or directory" "$err"
run_tool 126 run /etc/passwd
contains "run of no program" "cannot run /etc/passwd: Permission denied" "$err"
run_tool 7 run -- sh -c 'exit 7'
run_tool 0 run sh -c 'echo $LD_PRELOAD'
contains "run sets LD_PRELOAD" libusrsysshm-dropin.so "$out"
is "run keeps what is in LD_PRELOAD" "libm.so.6:$out" "$(LD_PRELOAD=libm.so.6 usrsysshm run sh -c 'echo $LD_PRELOAD')"
status=0
sh -c 'usrsysshm run sh -c "kill -TERM \$\$"' 2>/dev/null || status=$?
is "run passes a signal's status on" 143 "$status"
run_tool 0 run -v -- true
is "run --verbose of a program that is served" "" "$err"
run_tool 0 run --verbose busybox true
is "run --verbose of a static program" "usrsysshm: /usr/bin/busybox is static: no library can be preloaded, its calls go to the kernel as ever" "$err"
run_tool 0 run busybox true
is "run of a static program" "" "$err"
printf '#!/bin/busybox sh\nexit 3\n' >/tmp/script
chmod 755 /tmp/script
run_tool 3 run --verbose /tmp/script
contains "run --verbose of a script for a static program" "/bin/busybox is static" "$err"
cp /bin/true /tmp/setuid && chown 65534 /tmp/setuid && chmod 4755 /tmp/setuid
run_tool 0 run --verbose /tmp/setuid
contains "run --verbose of a setuid program" "/tmp/setuid is setuid or setgid" "$err"
chmod 4711 /tmp/setuid
err=$(setpriv --reuid 1 --clear-groups usrsysshm run --verbose /tmp/setuid 2>&1) || fail "a setuid program that cannot be read"
contains "run --verbose of a setuid program that cannot be read" "/tmp/setuid is setuid or setgid" "$err"
is "argv[0] is COMMAND's own" "name" "$(usrsysshm run bash -c 'exec -a name sh -c "echo \$0"')"

run_tool 125 stat
contains "stat without a command" "no command given" "$err"
run_tool 125 stat --bogus true
contains "stat --bogus" "unknown option --bogus" "$err"
run_tool 127 stat /nowhere/program
contains "stat of nothing" "cannot run /nowhere/program" "$err"
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
is "stat passes SIGTERM on" 143 "$status"
contains "the report then" "programs started with the drop-in: 1" "$(cat /tmp/report)"
mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
run_tool 0 run usrsysshm stat --json --output /tmp/out /usr/bin/python3 -S -c '
import os, socket, ctypes
for i in range(10): os.getpid()
for i in range(5): socket.gethostname()
for i in range(3): ctypes.CDLL(None).syscall(39)
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
is "stat: raw getpid" 3 "$(got past getpid)"
is "stat: programs" 1 "$(got programs)"
run_tool 0 stat --json --output /tmp/out build/tests/programs/vfork_getpid 3
is "stat: getpid of vfork children" "3 3" "$(got calls getpid vfork) $(got calls getpid page)"
(ulimit -v 4000000; exec usrsysshm stat --json --output /tmp/out /usr/bin/python3 -S -c 'import os; [os.getpid() for i in range(10)]')
is "stat: getpid without pages" "10 0" "$(got calls getpid no_pages) $(got calls getpid page)"
is "stat leaves no file" "" "$(ls /tmp | grep usrsysshm-stat || true)"

run_tool 0 ps
is "ps: first line" "$(ps -e -o pid,user,args | head -n 1)" "$(echo "$out" | head -n 1)"
is "ps: this shell" "$(ps -o args= -p $$)" "$(echo "$out" | sed -n "s/^ *$$ root     //p")"
is "ps: a kernel thread" "root     [kthreadd]" "$(echo "$out" | sed -n 's/^ *2 //p')"
run_tool 0 ps --json
is "ps --json" "root [kthreadd]" "$(python3 -c 'import json, sys; print(*[(p["user"] + " " + p["args"]) for p in json.load(sys.stdin) if p["pid"] == 2])' </tmp/out)"
# A long title, what is no UTF-8, and a zombie; as ps shows them.
long=$(printf '%06000d' 0)
bash -c 'exec -a "$0" sleep 1000' "a name $long" & pids=$!
bash -c 'exec -a "$0" sleep 1000' "$(printf 'caf\303\251 \233 \033[31m')" & pids="$pids $!"
python3 -c 'import os, time
if os.fork() == 0: os._exit(0)
print(flush=True); time.sleep(1000)' >/tmp/zombie & pids="$pids $!"
while [ ! -s /tmp/zombie ] || ! grep -q sleep /proc/${pids%% *}/comm; do sleep 0.1; done
sleep 0.5
run_tool 0 ps
for pid in $pids $(pgrep -P "${pids##* }"); do
	is "ps: process $pid" "$(ps -ww -o pid,user,args= -p $pid | tail -n 1)" "$(echo "$out" | grep "^ *$pid ")"
done
run_tool 0 ps --json
python3 -c 'import json; assert any("caf\u00e9 \ufffd \x1b[31m" in p["args"] for p in json.load(open("/tmp/out")))' || fail "ps --json of a strange name"
kill $pids
run_tool 2 ps extra

status=0
err=$(USRSYSSHM_DROPIN=/nowhere usrsysshm run true 2>&1) || status=$?
is "run without its drop-in: exit status" 125 "$status"
contains "run without its drop-in" "no drop-in /nowhere" "$err"
