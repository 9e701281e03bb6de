#!/bin/sh
# The usrsysshm command: its output, its exit codes, and error messages that say what to do next.
set -eu
. "$(dirname "$0")/../shell.sh"

json() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1" </tmp/out; }

run_tool 0 status
contains status "module        loaded" "$out"
contains status "served from its page" "$out"
run_tool 0 status --json
is "status --json" "True True 1" "$(json module) $(json served) $(json abi_version)"

# With at_exec=1 every program has pages.
if [ "$(cat /sys/module/usrsysshm/parameters/at_exec)" = N ]; then
	run_tool 1 show $$
	contains "show PID, of a shell that has not asked" "has not asked" "$err"
fi
read -r _ </proc/sys/kernel/usrsysshm
run_tool 0 show $$
contains "show PID" "process $$ (tool.sh)" "$out"
contains "show PID" "pid          $$" "$out"
if grep -qw cputime /sys/kernel/usrsysshm/features; then
	contains "show, CPU time" "CPU time     by system call: the process has not read it yet" "$out"
	usrsysshm run -- python3 -c 'import time; time.thread_time(); print(flush=True); time.sleep(1000)' >/tmp/read &
	while [ ! -s /tmp/read ]; do sleep 0.1; done
	# For a second, some seconds after boot, the clock is not known.
	tries=0
	until run_tool 0 show $! && echo "$out" | grep -qx '  CPU time     from the page'; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || fail "show, CPU time of a process that has read it: $out"
		sleep 0.1
	done
	run_tool 0 show --json $!
	is "show --json, CPU time" true "$(jq .cputime_served /tmp/out)"
	kill $!
else
	contains "show, CPU time" "CPU time     by system call: the module does not serve it on this machine" "$out"
fi
# Control characters in another process's name must not reach the terminal.
name=$(printf 'x\033[31m"')
cp build/tests/programs/hold_title "/tmp/$name"
"/tmp/$name" "a title" &
while ! grep -qF '[usrsysshm-title]' /proc/$!/maps; do sleep 0.1; done
run_tool 0 show --json $!
is "name in JSON" "$name" "$(json name)"
run_tool 0 show $!
contains "name" '(x\033[31m")' "$out"
kill $!
# A mapping whose name only ends like that of the pages.
cp build/tests/programs/hold_title "/tmp/x [usrsysshm]"
# shellcheck disable=SC2288 # it does end in ]
"/tmp/x [usrsysshm]" "a title" &
while ! grep -qF '[usrsysshm-title]' /proc/$!/maps; do sleep 0.1; done
run_tool 0 show --json $!
is "address beside a mapping with a similar name" "$(printf %d 0x$(grep ' \[usrsysshm\]$' /proc/$!/maps | grep -v /tmp/x | cut -d - -f 1))" "$(json address)"
kill $!
run_tool 0 show $$ --json
read -r forkid start </proc/sys/kernel/usrsysshm_self
is "show --json" "$$ $forkid $start" "$(json pid) $(json forkid) $(json start_time)"
is "show --json, numbers as strings" "$forkid $start $(json address)" "$(jq -r '.forkid_str, .start_time_str, .address_str' /tmp/out | xargs)"
run_tool 0 show
contains "show without a pid" "(usrsysshm)" "$out"
run_tool 1 show 4194303
is "show of a missing process" "usrsysshm: no process 4194303" "$err"
run_tool 1 show 1
contains "show of a process without pages" "process 1 has no pages: it has not asked for them" "$err"
run_tool 1 show 2
is "show of a kernel thread" "usrsysshm: process 2 has no pages: it is a kernel thread, which has no memory of its own" "$err"
(exec python3 -c 'import os, time
pid = os.fork()
if not pid: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True); time.sleep(1000)') >/tmp/ended & pid=$!
while [ ! -s /tmp/ended ]; do sleep 0.1; done
run_tool 1 show "$(cat /tmp/ended)"
contains "show of a zombie" "has no pages: it has exited" "$err"
kill $pid
# A /proc of another pid namespace shows other pids. Without a pid the caller itself is shown, under its pid in that /proc.
contains "show beside another namespace's /proc" "(usrsysshm)" "$(unshare -pf usrsysshm show)"
contains "show PID beside another namespace's /proc" "no process 4194303 in the pid namespace whose /proc is mounted here" \
	"$(unshare -pf usrsysshm show 4194303 2>&1 || true)"
contains "show without a /proc" "no /proc is mounted here" "$(unshare -m sh -c 'mount -t tmpfs none /proc; usrsysshm show 1' 2>&1 || true)"
run_tool 2 show 0
contains "show 0" "0 is not a process id" "$err"
run_tool 2 show 12x
contains "show 12x" "12x is not a process id" "$err"
run_tool 2 show ''
contains "show of an empty pid" "is not a process id" "$err"
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
contains "show of another user's process" "process $$: not permitted: this needs the right to trace it; try as root" "$err"
# As root without the capability.
err=$(setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace usrsysshm show $$ 2>&1) || true
is "show by root without CAP_SYS_PTRACE" "usrsysshm: process $$: not permitted: this needs the right to trace it (CAP_SYS_PTRACE in its user namespace)" "$err"

run_tool 2
contains "no command" "usage: usrsysshm SUBCOMMAND" "$err"
run_tool 0 --help
contains help "usage: usrsysshm SUBCOMMAND" "$out"
run_tool 0 -h
contains -h "usage: usrsysshm SUBCOMMAND" "$out"
run_tool 0 help
contains help "usage: usrsysshm SUBCOMMAND" "$out"
for command in ps run show stat status; do
	for help in "$command --help" "$command -h" "help $command"; do
		run_tool 0 $help
		contains "$help" "usage: usrsysshm $command" "$out"
	done
done
for help in "help help" "help --help"; do
	run_tool 0 $help
	contains "$help" "usage: usrsysshm SUBCOMMAND" "$out"
done
run_tool 2 help staus
contains "help of a mistyped command" "no subcommand staus; did you mean status?" "$err"
run_tool 2 help ps run
contains "help with two words" "one argument too many: run" "$err"
for version in --version -V; do
	run_tool 0 $version
	is "$version" "usrsysshm $(cat VERSION)" "$out"
done
run_tool 2 staus
is "a mistyped command" "usrsysshm: no subcommand staus; did you mean status?" "$err"
run_tool 2 tsat
is "two letters swapped" "usrsysshm: no subcommand tsat; did you mean stat?" "$err"
for command in --help "help ps" -V "stat -h" "run -h" status "status --json" show ps "ps --json"; do
	status=0
	err=$(usrsysshm $command 2>&1 >/dev/full) || status=$?
	# Of an output that is written in several pieces the reason is not always known.
	case $command in "ps"*) err="${err%%: No space left on device}: No space left on device" ;; esac
	is "usrsysshm $command >/dev/full" "1 usrsysshm: cannot write: No space left on device" "$status $err"
done
run_tool 2 xyzzy
is "an unknown command" "usrsysshm: no subcommand xyzzy; see: usrsysshm --help" "$err"

run_tool 125 run
contains "run without a command" "no command given" "$err"
run_tool 125 run --bogus true
contains "run --bogus" "unknown option --bogus" "$err"
run_tool 127 run -- /nowhere/program
is "run of a missing program" "usrsysshm: cannot run /nowhere/program: No such file or directory" "$err"
run_tool 126 run /etc/passwd
contains "run of a file that is no program" "cannot run /etc/passwd: Permission denied" "$err"
run_tool 7 run -- sh -c 'exit 7'
run_tool 0 run sh -c 'echo $LD_PRELOAD'
contains "run sets LD_PRELOAD" libusrsysshm-dropin.so "$out"
is "run keeps what is in LD_PRELOAD" "libm.so.6:$out" "$(LD_PRELOAD=libm.so.6 usrsysshm run sh -c 'echo $LD_PRELOAD')"
status=0
sh -c 'usrsysshm run sh -c "kill -TERM \$\$"' 2>/dev/null || status=$?
is "run passes on the status of a signal" 143 "$status"
run_tool 0 run -v -- true
is "run --verbose of a served program" "" "$err"
run_tool 0 run --verbose busybox true
is "run --verbose of a static program" "usrsysshm: /usr/bin/busybox is static: no library can be preloaded, so its calls remain system calls" "$err"
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
err=$(setpriv --reuid 1 --clear-groups usrsysshm run --verbose /tmp/setuid 2>&1) || fail "run of an unreadable setuid program"
contains "run --verbose of an unreadable setuid program" "/tmp/setuid is setuid or setgid" "$err"
is "argv[0] of the command is kept" "name" "$(usrsysshm run bash -c 'exec -a name sh -c "echo \$0"')"

run_tool 0 ps
is "ps: first line" "$(ps -e -o pid,user,args | head -n 1)" "$(echo "$out" | head -n 1)"
is "ps: this shell" "$(ps -o args= -p $$)" "$(echo "$out" | sed -n "s/^ *$$ root     //p")"
is "ps: a kernel thread" "root     [kthreadd]" "$(echo "$out" | sed -n 's/^ *2 //p')"
run_tool 0 ps --json
is "ps --json" "root [kthreadd]" "$(python3 -c 'import json, sys; print(*[(p["user"] + " " + p["args"]) for p in json.load(sys.stdin) if p["pid"] == 2])' </tmp/out)"
# A long title, a title that is not UTF-8, and a zombie, each as ps shows it.
long=$(printf '%06000d' 0)
bash -c 'exec -a "$0" sleep 1000' "a name $long" & pids=$!
bash -c 'exec -a "$0" sleep 1000' "$(printf 'caf\303\251 \233 \033[31m \302\23331m')" & pids="$pids $!"
python3 -c 'import os, time
if os.fork() == 0: os._exit(0)
print(flush=True); time.sleep(1000)' >/tmp/zombie & pids="$pids $!"
while [ ! -s /tmp/zombie ] || ! grep -q sleep /proc/${pids%% *}/comm; do sleep 0.1; done
sleep 0.5
run_tool 0 ps
for pid in $pids $(pgrep -P "${pids##* }"); do
	# Not how many ? or . stand for what cannot be printed (tool_ps_names).
	is "ps: process $pid" "$(ps -ww -o pid,user,args= -p $pid | tail -n 1 | sed 's/[?.][?.]*/?/g')" \
		"$(echo "$out" | grep "^ *$pid " | sed 's/[?.][?.]*/?/g')"
done
run_tool 0 ps --json
python3 -c 'import json; assert any("caf\u00e9 \ufffd \x1b[31m \x9b31m" in p["args"] for p in json.load(open("/tmp/out")))' ||
	fail "ps --json of a name that is not UTF-8"
is "control characters in ps --json" "" "$(LC_ALL=C grep -a "$(printf '\302\233')" /tmp/out || true)"
kill $pids
run_tool 2 ps extra

status=0
err=$(USRSYSSHM_DROPIN=/nowhere usrsysshm run true 2>&1) || status=$?
is "run without its drop-in: exit status" 125 "$status"
contains "run without its drop-in" "no drop-in /nowhere" "$err"
foreign=/usr/lib32/libc.so.6
[ "$(uname -m)" = x86_64 ] || foreign=
for file in /etc/passwd /bin $foreign; do
	status=0
	err=$(USRSYSSHM_DROPIN=$file usrsysshm run true 2>&1) || status=$?
	is "USRSYSSHM_DROPIN=$file" "125 usrsysshm: $file is not a shared library that programs of this machine can load" "$status $err"
done
