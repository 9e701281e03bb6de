#!/usr/bin/python3
"""dash with job control on a pty, under `usrsysshm run`: it vforks, and the child calls getpid before exec to make its process
group. That child must be told its own pid: then the job has a group of its own, named by its pid, in the foreground."""
import os
import pty
import re
import subprocess
import sys

BEFORE, AFTER = "group-of-job:", ":end"


def job_of(prefix):
    """Runs a job in an interactive dash; returns (pid of the job, its process group, the terminal's foreground group, dash's pid)."""
    script = "import os; print('%s', os.getpid(), os.getpgrp(), os.tcgetpgrp(0), os.getppid(), '%s')" % (BEFORE, AFTER)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["PS1"] = ""
        os.environ["ENV"] = ""
        os.execvp((prefix + ["dash"])[0], prefix + ["dash", "-im"])
    # Two commands, so that dash does not exec the last one in its own place.
    os.write(terminal, ("/usr/bin/python3 -S -c \"%s\"\nexit 0\n" % script).encode())
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
    found = re.findall(BEFORE + r" (\d+) (\d+) (\d+) (\d+) " + AFTER, output.decode())
    assert len(found) == 1, output
    return [int(number) for number in found[0]] + [pid]


def vforks():
    """Does this dash vfork, as the test is about? Looked at without the drop-in."""
    trace = subprocess.run(["strace", "-f", "-e", "trace=vfork,clone,fork,getpid", "dash", "-c", "/bin/true; exit 0"],
                           stderr=subprocess.PIPE, check=True).stderr.decode()
    return "vfork" in trace or "CLONE_VFORK" in trace


for prefix in [], ["usrsysshm", "run", "--"]:
    for _ in range(5):
        job, group, foreground, parent, shell = job_of(prefix)
        what = (prefix, job, group, foreground, parent, shell)
        assert parent == shell, what
        assert job == group == foreground, what
        assert group != shell, what
if not vforks():
    sys.exit("this dash does not vfork: the test has nothing to say")
