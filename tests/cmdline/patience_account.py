#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
A process that reads a stuck process all the time, and is therefore not made to wait, does not make another reader wait longer, even if the
two have the same entry in the table of readers (module/patience.c). (hold_mmap_lock.ko is for tests only.)
"""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import Held, check, libc, read, start

STUCK = 20

def entry(pid):
    """hash_32(pid, USS_READER_BITS)"""
    return (pid * 0x61C88647 & 0xFFFFFFFF) >> 24

def read_always(pid):
    libc.prctl(1, signal.SIGKILL)
    while True:
        read(pid)

def start_with_entry(wanted, pid):
    candidate = os.getpid()
    while True:
        candidate += 1
        if entry(candidate) != wanted or os.path.exists(f"/proc/{candidate}"):
            continue
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(candidate - 1))
        child = os.fork()
        if child == 0:
            if os.getpid() == candidate:
                read_always(pid)
            os._exit(0)
        if child == candidate:
            return child
        os.waitpid(child, 0)

def seconds(pids):
    """How long a new process takes to read the command lines of @pids, which were never read before, while another one has its entry."""
    ours, theirs = os.pipe()
    go, tell = os.pipe()
    reader = os.fork()
    if reader == 0:
        os.close(tell)
        os.read(go, 1)
        begin = time.monotonic()
        for pid in pids[1:]:
            read(pid)
        os.write(theirs, b"%d" % ((time.monotonic() - begin) * 1e6))
        os._exit(0)
    other = start_with_entry(entry(reader), pids[0])
    # It waits in vain once, and then only tries.
    time.sleep(0.4)
    os.write(tell, b"x")
    took = int(os.read(ours, 100)) / 1e6
    os.waitpid(reader, 0)
    os.kill(other, signal.SIGKILL)
    os.waitpid(other, 0)
    for fd in ours, theirs, go, tell:
        os.close(fd)
    return took

processes = [start("sleep", f"{1000 + i}") for i in range(3 * (STUCK + 1))]
pids = [process.pid for process in processes]
with Held(*pids):
    # 100 ms, and 15 ms each. If the account was lost, 100 ms each. An emulator that is busy with something else gets three tries.
    all_took = [seconds(pids[i:i + STUCK + 1]) for i in range(0, len(pids), STUCK + 1)]
print("waited:", all_took)
check(min(all_took) < 1.2, f"reading {STUCK} stuck processes took {all_took} s")
for process in processes:
    process.kill()
