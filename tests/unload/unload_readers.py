#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
The module can be unloaded while readers of a stuck process wait: they return, and rmmod does not wait for the lock. Readers that come
afterwards wait, as without the module. (hold_mmap_lock.ko is for tests only.)
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from stuck import Held, check, equal, in_child, read, start

subprocess.run(["insmod", os.environ["USRSYSSHM_MODULE"], "ps_patience_ms=60000"], check=True)
process = start("sleep", "1000")
with Held(process.pid):
    readers = [subprocess.Popen(["cat", f"/proc/{process.pid}/{name}"], stdout=subprocess.PIPE) for name in ("cmdline", "environ") * 4]
    time.sleep(3)
    for reader in readers:
        check(reader.poll() is None, "a reader did not wait with ps_patience_ms=60000")
    begin = time.monotonic()
    subprocess.run(["rmmod", "usrsysshm"], check=True, timeout=30)
    print(f"rmmod: {time.monotonic() - begin:.1f} s")
    for reader in readers:
        equal("output of a reader that waited", b"", reader.communicate(timeout=10)[0])
    check(in_child(lambda: read(process.pid), 2) is None, "a reader did not wait after rmmod")
equal("cmdline, afterwards", b"sleep\x001000\0", read(process.pid))
process.kill()
