#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
A stuck process's command line reads as it was last read: whole, in pieces and at offsets; cut at 4 KiB, or where the last reader
stopped; up to the NUL if the program has overwritten it; not after exec, not for a forked child, not from another place.
"""
import ctypes
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import Held, Process, arguments, check, equal, in_child, libc, number, read, start

PR_SET_MM, ARG_START, ARG_END = 35, 8, 9

def serve(command):
    begin, end = arguments(os.getpid())
    what, text = command[:1], command[1:]
    if what == b"o":
        # As setproctitle: from the beginning, with the last byte of the original not NUL.
        ctypes.memset(begin, ord("x"), end - begin)
        ctypes.memmove(begin, text, len(text))
    elif what == b"m":
        check(libc.prctl(PR_SET_MM, *map(ctypes.c_ulong, (ARG_START, begin + 3, 0, 0))) == 0, "PR_SET_MM", os.strerror(ctypes.get_errno()))
    elif what == b"e":
        os.execv("/bin/sleep", ["sleep", "2000"])
    elif what == b"f":
        child = os.fork()
        if child == 0:
            libc.prctl(1, 9)
            libc.pause()
        return b"%d" % child

if len(sys.argv) > 1:
    # A program with a long command line, which sets a title.
    serve(b"oa title\0")
    print(flush=True)
    libc.pause()

def read_in_pieces(pid, size):
    fd = os.open(f"/proc/{pid}/cmdline", os.O_RDONLY)
    text = b""
    while piece := os.read(fd, size):
        text += piece
    os.close(fd)
    return text

def kept(pid):
    return in_child(lambda: read(pid))[0]

overwritten_long = subprocess.Popen([sys.argv[0], "x" * 5000], stdout=subprocess.PIPE)
overwritten_long.stdout.readline()
equal("overwritten, long", b"a title\0", read(overwritten_long.pid))
whole = start("sleep", "1001", "1002")
expected = b"sleep\x001001\x001002\0"
small = start("sleep", "1001", "1002")
pieces = start("sleep", "1001", "1002")
long = start("sleep", *["1000000000"] * 600)
long_text = read(long.pid)
check(len(long_text) > 6000, "the long command line is", len(long_text))
equal("whole", expected, read(whole.pid))
equal("small", expected[:8], os.read(os.open(f"/proc/{small.pid}/cmdline", os.O_RDONLY), 8))
equal("pieces", expected, read_in_pieces(pieces.pid, 3))
overwritten, shorter, back, moved, parent, longer, switched = [Process(serve) for i in range(7)]
original = read(back.pid)
check(original.count(b"\0") == 2, "this program's own command line:", original)
for process, text in (overwritten, b"a title\0"), (shorter, b"a longer title\0"), (back, b"a title\0"):
    process.tell(b"o" + text)
    equal("overwritten", text, read(process.pid))
for process in longer, switched:
    equal("original", original, read(process.pid))
# Goes on into the environment, which follows.
text = b"t" * (len(original) + 20) + b"\0"
longer.tell(b"o" + text)
equal("longer", text, read(longer.pid))
# The beginning of the original, with a last byte that is not NUL.
text = original[:original.index(b"\0") + 1]
switched.tell(b"o" + text)
equal("switched", text, read(switched.pid))
shorter.tell(b"oshort\0")
equal("shorter", b"short\0", read(shorter.pid))
read(moved.pid)
read(parent.pid)
child = int(parent.tell(b"f"))
execed = Process(serve)
equal("before exec", original, read(execed.pid))
held_open = os.open(f"/proc/{execed.pid}/cmdline", os.O_RDONLY)
os.write(execed.commands[1], b"e")
while read(execed.pid, "comm") != b"sleep\n":
    pass
moved.tell(b"m")

with Held(whole.pid, small.pid, pieces.pid, long.pid, overwritten.pid, shorter.pid, moved.pid, parent.pid, child, execed.pid, longer.pid,
          switched.pid, overwritten_long.pid):
    equal("whole, kept", expected, kept(whole.pid))
    for size in 1, 2, 3, 5, 100:
        equal(f"whole, kept, in pieces of {size}", expected, in_child(lambda: read_in_pieces(whole.pid, size))[0])
    fd = os.open(f"/proc/{whole.pid}/cmdline", os.O_RDONLY)
    for offset in range(len(expected) + 2):
        equal(f"whole, kept, from {offset}", expected[offset:], in_child(lambda: os.pread(fd, 100, offset))[0])
        equal(f"whole, kept, one byte at {offset}", expected[offset:offset + 1], in_child(lambda: os.pread(fd, 1, offset))[0])
    equal("small, kept", expected[:8], kept(small.pid))
    equal("pieces, kept", expected, kept(pieces.pid))
    equal("long, kept", long_text[:4096], kept(long.pid))
    equal("overwritten, kept", b"a title\0", kept(overwritten.pid))
    overwritten_fd = os.open(f"/proc/{overwritten.pid}/cmdline", os.O_RDONLY)
    equal("overwritten, kept, from 2", b"title\0", in_child(lambda: os.pread(overwritten_fd, 99, 2))[0])
    equal("shorter, kept", b"short\0", kept(shorter.pid))
    equal("longer, kept", b"t" * (len(original) + 20) + b"\0", kept(longer.pid))
    equal("switched, kept", text, kept(switched.pid))
    equal("overwritten, long, kept", b"a title\0", kept(overwritten_long.pid))
    equal("moved", b"", kept(moved.pid))
    equal("parent", original, kept(parent.pid))
    equal("forked child", b"", kept(child))
    equal("after exec", b"", kept(execed.pid))
    equal("after exec, by a descriptor from before", b"", in_child(lambda: os.read(held_open, 100))[0])
before = number("kept_bytes")
overwritten_long.kill()
for process in whole, small, pieces, long:
    process.kill()
    process.wait()
after = number("kept_bytes")
check(after <= before - 4096, f"kept_bytes: {before} before four processes ended, {after} after")
