#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
While the mmap_lock of untitled processes is held, the first read of cmdline or environ returns after 100 ms, each later one at once. A
command line that was never read is empty, and so is every environment. Each read counts once. Afterwards everything can be read again.
Other files and calls wait, as without the module.
"""
import ctypes
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import Held, check, equal, in_child, libc, number, read, start

def read_memory(pid):
    """process_vm_readv() of one byte."""
    class Iovec(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
    buffer = ctypes.create_string_buffer(1)
    ours, theirs = Iovec(ctypes.addressof(buffer), 1), Iovec(start_of_stack, 1)
    got = libc.process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    return str(got).encode()

processes = [start("sleep", f"{1000 + i}") for i in range(7)]
pids = [process.pid for process in processes]
start_of_stack = int(read(pids[0], "stat").split(b") ")[1].split()[25])
with Held(*pids):
    # A new reader each, because a reader does not wait as long a second time.
    took = []
    for i in range(5):
        before = number("stuck_reads")
        name = "environ" if i == 4 else "cmdline"
        answer, seconds = in_child(lambda: read(pids[i], name))
        equal(f"{name}, never read", b"", answer)
        equal("stuck_reads after one more", before + 1, number("stuck_reads"))
        took.append(seconds)
        check(seconds >= 0.085, f"the reader waited only {seconds} s")
    print("waited:", took)
    check(min(took) < 0.15, f"the readers waited {took} s")
    took = [in_child(lambda: read(pids[i]))[1] for i in range(4)]
    print("the next ones:", took)
    check(min(took) < 0.05, f"the next readers of the same processes waited {took} s")
    # What is none of our business. (7.x reads maps without the lock.)
    for name in "smaps_rollup", "mem":
        check(in_child(lambda: read(pids[0], name) if name != "mem" else
                       os.pread(os.open(f"/proc/{pids[0]}/mem", os.O_RDONLY), 1, start_of_stack), 1) is None, f"{name} did not wait")
    check(in_child(lambda: read_memory(pids[0]), 1) is None, "process_vm_readv did not wait")
for i in range(7):
    equal("cmdline, afterwards", b"sleep\0%d\0" % (1000 + i), read(pids[i]))
    check(b"PATH=" in read(pids[i], "environ"), "environ, afterwards")
    processes[i].kill()
