#!/usr/bin/python3
"""What the module costs programs that know nothing of it, and do little but create processes and switch between them.

    PERF=COMMAND others.py

The processor time of each, with its children, without the module and with it, in turn. Runs in a guest without the module. Prints CSV:
program, "without" or "with", nanoseconds: median, lower and upper quartile of the rounds. Under `vm/run --icount` they are instructions.
"""
import os
import subprocess

import processor_time

ROUNDS = 5
PERF = os.environ["PERF"]
PROGRAMS = {
    "hackbench": "hackbench -g 2 -f 5 -l 20",
    "stress-ng fork": "stress-ng --quiet --fork 1 --fork-ops 200",
    "stress-ng vfork": "stress-ng --quiet --vfork 1 --vfork-ops 500",
    "stress-ng clone": "stress-ng --quiet --clone 1 --clone-ops 50",
    "perf bench sched pipe": f"{PERF} bench sched pipe -l 2000",
    "perf bench syscall basic": f"{PERF} bench syscall basic -l 20000",
    "perf bench syscall fork": f"{PERF} bench syscall fork -l 200",
    "perf bench syscall execve": f"{PERF} bench syscall execve -l 200",
}
taken = {(name, module): [] for name in PROGRAMS for module in ("without", "with")}


def measure(module):
    for name, command in PROGRAMS.items():
        taken[name, module].append(processor_time.of(command.split()))


os.chdir("/dev/shm")
measure("without")  # fills the caches
for times in taken.values():
    times.clear()
for _ in range(ROUNDS):
    measure("without")
    subprocess.run(["insmod", os.environ["USRSYSSHM_MODULE"]], check=True)
    measure("with")
    subprocess.run(["rmmod", "usrsysshm"], check=True)
for (name, module), times in taken.items():
    processor_time.print_row(f"{name},{module}", times)
