#!/usr/bin/python3
"""dash with job control on a pty, under `usrsysshm run`: dash vforks, and the child calls getpid before exec to make its process
group. The child must get its own pid, by the system call. The job then has a process group of its own, numbered by its pid, in
the foreground. With --verbose prints one job of each kind."""
import os
import pty
import re
import subprocess
import sys
import tempfile

BEFORE, AFTER = "group-of-job:", ":end"


def in_terminal(command, typed):
    """Runs a command on a terminal of its own, types into it, and returns its pid and its output."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PS1"] = ""
        os.environ["ENV"] = ""
        os.execvp(command[0], command)
    os.write(terminal, typed.encode())
    output = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        output += piece
    _, status = os.waitpid(pid, 0)
    assert status == 0, (status, output)
    return pid, output.decode()


def job_of(prefix):
    """Returns for a job of an interactive dash: pid, process group, foreground group of the terminal, parent, and dash's pid."""
    script = "import os; print('%s', os.getpid(), os.getpgrp(), os.tcgetpgrp(0), os.getppid(), '%s')" % (BEFORE, AFTER)
    # Two commands, because dash execs the last one without fork.
    shell, output = in_terminal(prefix + ["dash", "-im"], "/usr/bin/python3 -S -c \"%s\"\nexit 0\n" % script)
    found = re.findall(BEFORE + r" (\d+) (\d+) (\d+) (\d+) " + AFTER, output)
    assert len(found) == 1, output
    return [int(number) for number in found[0]] + [shell]


def system_calls(command, typed):
    """Returns the vfork and getpid system calls of a command and its children as (pid, call), in order."""
    with tempfile.NamedTemporaryFile() as trace:
        in_terminal(["strace", "-f", "-o", trace.name, "-e", "trace=vfork,clone,getpid"] + command, typed)
        lines = trace.read().decode().splitlines()
    return [(int(line.split()[0]), line.split(None, 1)[1]) for line in lines if "getpid(" in line or "vfork" in line.lower()]


for prefix in [], ["usrsysshm", "run", "--"]:
    for _ in range(5):
        job, group, foreground, parent, shell = job_of(prefix)
        what = (prefix, job, group, foreground, parent, shell)
        assert parent == shell, what
        assert job == group == foreground, what
        assert group != shell, what
        if "--verbose" in sys.argv:
            print("  %-21s  shell %d, its job %d in process group %d, which has the terminal" %
                  (" ".join(prefix + ["dash"]), shell, job, group))
            break

calls = system_calls(["usrsysshm", "run", "--", "dash", "-im"], "/bin/true\n/bin/true\nexit 0\n")
assert any("vfork" in call.lower() for _, call in calls), "this dash does not vfork: the test proves nothing"
shell = next(pid for pid, call in calls if "vfork" in call.lower())
fallbacks = [(pid, int(call.split("=")[-1])) for pid, call in calls if "getpid(" in call]
# The shell itself is served. Each of its two vfork children falls back to the system call and gets its own pid.
assert len(set(fallbacks)) == 2 and all(result == pid != shell for pid, result in fallbacks), calls
if "--verbose" in sys.argv:
    print("  of getpid system calls, with two jobs: 0 by the shell, %d by its vfork children" % len(fallbacks))
