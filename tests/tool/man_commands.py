#!/usr/bin/env python3
"""The examples of the manual pages with the module: the C programs print what their page says, and so do the commands."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
import man_page

with open("/sys/module/usrsysshm/parameters/at_exec") as parameter:
    if parameter.read().strip() == "Y":
        print("the manual pages show what commands print without at_exec=1")
        sys.exit(77)
with tempfile.TemporaryDirectory() as directory:
    counts = man_page.programs(), man_page.sessions(directory)
if not all(counts):
    sys.exit(f"{counts[0]} programs and {counts[1]} sessions were run")
