#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
The module parameter ps_patience_ms can be changed at any time. 0: a reader of a stuck process waits until it is killed, and nothing is
kept. 1000: the first reader waits a second. A process that is no longer stuck is known at once. Values above a minute are refused.
"""
import atexit
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import PATIENCE, Held, check, equal, in_child, number, read, set_patience, start

atexit.register(set_patience, 100)
equal("default", b"100\n", open(PATIENCE, "rb").read())
process = start("sleep", "1000")
titled = start("build/tests/programs/hold_title", "a title")
while read(titled.pid) != b"a title\0":
    pass
expected = b"sleep\x001000\0"
equal("cmdline", expected, read(process.pid))
with Held(process.pid, titled.pid):
    equal("cmdline, kept", expected, in_child(lambda: read(process.pid))[0])
    set_patience(0)
    equal("kept_bytes", 0, number("kept_bytes"))
    before = number("stuck_reads")
    for name in "cmdline", "environ":
        check(in_child(lambda: read(process.pid, name), 2) is None, name, "did not wait with ps_patience_ms=0")
    check(in_child(lambda: read(titled.pid, "environ"), 2) is None, "environ of a process with a title did not wait with ps_patience_ms=0")
    equal("title", b"a title\0", read(titled.pid))
    equal("stuck_reads after reads with ps_patience_ms=0", before, number("stuck_reads"))
equal("cmdline, afterwards", expected, read(process.pid))
equal("kept_bytes with ps_patience_ms=0", 0, number("kept_bytes"))
set_patience(1000)
with Held(process.pid):
    answer, seconds = in_child(lambda: read(process.pid))
    equal("cmdline that was not read since", b"", answer)
    check(0.9 < seconds < 3, f"waited {seconds} s with ps_patience_ms=1000")
    check(in_child(lambda: read(process.pid))[1] < 0.5, "the second reader waited")
set_patience(100)
with Held(process.pid):
    in_child(lambda: read(process.pid))
equal("cmdline, after it was stuck", expected, read(process.pid))
with Held(process.pid):
    seconds = in_child(lambda: read(process.pid))[1]
    check(seconds > 0.085, f"waited {seconds} s for a process that was not known to be stuck any more")
set_patience(1000)
for value in 60001, -1:
    try:
        set_patience(value)
    except OSError:
        continue
    check(False, "accepted:", value)
equal("ps_patience_ms after refused values", b"1000\n", open(PATIENCE, "rb").read())
process.kill()
titled.kill()
