#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
For a process that is not stuck, each read of cmdline and environ returns the same with ps_patience_ms=100 as with 0, where the kernel's own
function reads. The command line lies in ordinary memory, across the end of a mapping, in a file mapping, in memory without access, on
pages that were never touched, in memory that is not mapped any more; it is overwritten or not; it is read at many offsets and lengths.
"""
import atexit
import ctypes
import mmap
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import Process, check, equal, libc, number, set_patience

PR_SET_MM, ARG_START, ARG_END, ENV_START, ENV_END = 35, 8, 9, 10, 11
PAGE = 4096
PROT_NONE = 0
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

def set_mm(what, address):
    check(libc.prctl(PR_SET_MM, ctypes.c_ulong(what), ctypes.c_ulong(address), ctypes.c_ulong(0), ctypes.c_ulong(0)) == 0,
          "PR_SET_MM", what, hex(address), os.strerror(ctypes.get_errno()))

def place(argument, environment):
    """Sets the two ranges, (start, end) each. The start first: it comes down from the stack, and the kernel refuses an end below it."""
    for what, address in (ARG_START, argument[0]), (ARG_END, argument[1]), (ENV_START, environment[0]), (ENV_END, environment[1]):
        set_mm(what, address)

def serve(layout):
    if layout == b"module-page":
        # Not ordinary memory: its pages are read by the module's own method.
        page = int(open("/proc/sys/kernel/usrsysshm", encoding="ascii").read())
        place((page + 10, page + 200), (page + 220, page + 1000))
        return
    flags, fd = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1
    if layout == b"file":
        flags, fd = mmap.MAP_PRIVATE, os.open("/bin/true", os.O_RDONLY)
    area = libc.mmap(None, 8 * PAGE, mmap.PROT_READ | mmap.PROT_WRITE, flags, fd, 0)
    if layout not in (b"untouched", b"file"):
        for i in range(8 * PAGE // 16):
            ctypes.memmove(area + 16 * i, b"argument %06d\0" % i, 16)
    end = area + 3 * PAGE + 100
    ctypes.memset(end - 1, ord("x") if layout in (b"overwritten", b"overwritten-long") else 0, 1)
    if layout == b"overwritten-long":
        ctypes.memset(area + 10, ord("y"), 4 * PAGE)
    if layout == b"contiguous":
        ctypes.memset(area + 10, ord("y"), 3 * PAGE + 500)
    place((area + 10, end), (end if layout in (b"overwritten", b"contiguous") else end + 50, area + 7 * PAGE))
    if layout == b"hole":
        libc.munmap(area + 2 * PAGE, PAGE)
    if layout == b"hole-at-beginning":
        libc.munmap(area, PAGE)
    if layout == b"hole-at-end":
        libc.munmap(area + 3 * PAGE, 5 * PAGE)
    if layout == b"no-access":
        libc.mprotect(area + PAGE, PAGE, PROT_NONE)
    if layout == b"empty":
        set_mm(ARG_END, area + 10)

def reads(pid):
    texts = []
    for name in "cmdline", "environ":
        fd = os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
        for offset in 0, 1, 9, 4085, 4086, 4087, 8181, 8182, 12377, 12378, 12379, 12388, 16000, 20000, 40000:
            for length in 1, 7, 4095, 4096, 4097, 100000:
                texts.append((name, offset, length, os.pread(fd, length, offset)))
        os.close(fd)
    return texts

layouts = ("plain", "overwritten", "overwritten-long", "contiguous", "file", "untouched", "hole", "hole-at-beginning", "hole-at-end",
           "no-access", "empty", "module-page")
atexit.register(set_patience, 100)
seen, stuck = set(), number("stuck_reads")
for layout in layouts:
    process = Process(serve)
    equal(layout, b"done", process.tell(layout.encode()))
    set_patience(0)
    expected = reads(process.pid)
    set_patience(100)
    for before, after in zip(expected, reads(process.pid)):
        equal(f"{layout}: {before[:3]}", before[3], after[3])
    # A second time, now that there is a copy.
    equal(layout, expected, reads(process.pid))
    seen.add(expected[5][3])
    process.end()
check(len(seen) >= 5, f"the layouts have only {len(seen)} different command lines")
equal("stuck_reads", stuck, number("stuck_reads"))
