# SPDX-License-Identifier: MIT
"""Functions for the tests in tests/cmdline: processes whose mmap_lock is held (by hold_mmap_lock.ko, for tests only)."""
import ctypes
import os
import subprocess
import sys
import time
import traceback

PATIENCE = "/sys/module/usrsysshm/parameters/ps_patience_ms"
HOLDER = os.path.join(os.path.dirname(os.environ["USRSYSSHM_MODULE"]), "hold_mmap_lock.ko")

libc = ctypes.CDLL(None, use_errno=True)


def check(condition, *message):
    if not condition:
        print(f"{sys.argv[0]}:{sys._getframe(1).f_lineno}:", *message, file=sys.stderr)
        sys.exit(1)


def equal(what, expected, got):
    if got != expected:
        print(f"{sys.argv[0]}:{sys._getframe(1).f_lineno}: {what}: expected {expected!r}, got {got!r}", file=sys.stderr)
        sys.exit(1)


def number(attribute):
    with open("/sys/kernel/usrsysshm/" + attribute, encoding="ascii") as file:
        return int(file.read())


def read(pid, name="cmdline"):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read()


def in_child(function, timeout=None):
    """Returns what function() returns, bytes, in a new process, and the seconds it took; None if it takes longer than the timeout."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        try:
            start = time.monotonic()
            answer = function()
            took = time.monotonic() - start
            os.write(theirs, b"%d " % (took * 1e6) + answer)
        except BaseException:  # This process must not go on as a second test.
            traceback.print_exc()
        os._exit(0)
    os.close(theirs)
    end = time.monotonic() + (timeout or 100)
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            # Some system calls cannot be interrupted, so do not wait for its end.
            os.kill(pid, 9)
            os.close(ours)
            return None
        time.sleep(0.005)
    text = b""
    while piece := os.read(ours, 65536):
        text += piece
    os.close(ours)
    check(text, "a reader failed (see above)")
    microseconds, answer = text.split(b" ", 1)
    return answer, int(microseconds) / 1e6


def set_patience(milliseconds):
    with open(PATIENCE, "w", encoding="ascii") as file:
        file.write(str(milliseconds))


class Held:
    """with Held(pid, ...): their mmap_lock is held for writing."""

    def __init__(self, *pids):
        self.pids = pids

    def __enter__(self):
        subprocess.run(["insmod", HOLDER, "seconds=250", "pid=" + ",".join(str(pid) for pid in self.pids)], check=True)

    def __exit__(self, *unused):
        subprocess.run(["rmmod", "hold_mmap_lock"], check=True)


class Process:
    """A process that runs functions of this program when it is told to, and its end."""

    def __init__(self, function):
        self.commands, theirs = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._serve(function, theirs)
        os.close(self.commands[0])
        os.close(theirs[1])
        self.answers = theirs[0]

    def _serve(self, function, answers):
        os.close(self.commands[1])
        try:
            while command := os.read(self.commands[0], 4096):
                answer = function(command)
                os.write(answers[1], answer or b"done")
        except BaseException:
            traceback.print_exc()
        os._exit(0)

    def tell(self, command):
        os.write(self.commands[1], command)
        return os.read(self.answers, 4096)

    def end(self):
        os.close(self.commands[1])
        os.close(self.answers)
        os.waitpid(self.pid, 0)


def arguments(pid):
    """Where a process's command line begins and ends."""
    fields = read(pid, "stat").rsplit(b") ", 1)[1].split()
    return int(fields[45]), int(fields[46])


def start(*command, **options):
    """Starts a program and returns when its command line is its own, without reading it."""
    process = subprocess.Popen(command, **options)
    name = os.path.basename(command[0])[:15].encode() + b"\n"
    while read(process.pid, "comm") != name or arguments(process.pid)[0] >= arguments(process.pid)[1]:
        time.sleep(0.01)
    return process
