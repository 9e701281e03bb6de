#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
The module can be unloaded while readers of a stuck process wait: rmmod does not wait for the lock. From then on readers wait, as without the
module, and when the lock is released they read what is there. (hold_mmap_lock.ko is for tests only.)
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
    check(in_child(lambda: read(process.pid), 2) is None, "a reader did not wait after rmmod")
environment = read(process.pid, "environ")
for i, reader in enumerate(readers):
    # Nothing, if rmmod came during the last of a reader's waits.
    output = reader.communicate(timeout=10)[0]
    check(output in (b"", environment if i % 2 else b"sleep\x001000\0"), "a reader that waited got", output)
equal("cmdline, afterwards", b"sleep\x001000\0", read(process.pid))
process.kill()
