#!/usr/bin/python3
"""What the drop-in saves in unmodified programs, and costs those that have nothing to win.

    programs.py

The processor time of each job, with its children and the start of the program, without the drop-in and with it, in turn. Runs in a guest
with the module. Prints CSV: program, "without" or "with", nanoseconds: median, lower and upper quartile of the rounds. Under `vm/run
--icount` they are instructions. A system call costs more on a processor than its number of instructions suggests.
"""
import processor_time

ROUNDS = 3
PROGRAMS = {
    "OpenSSL: 20000 RAND_bytes": ["build/tests/programs/rand_bytes", "20000"],
    "python3: 20000 os.getpid": ["/usr/bin/python3", "-S", "-c", "import os\nfor i in range(20000): os.getpid()"],
    "python3: 3000 log lines with %(process)d": ["/usr/bin/python3", "-c", """import logging
logging.basicConfig(format="%(process)d %(message)s")
for i in range(3000): logging.warning("line")"""],
    "ruby: 3000 Logger lines": ["ruby", "-rlogger", "-e", 'l = Logger.new($stdout); 3000.times { l.info "line" }'],
    "puma: 200 requests": ["bench/puma", "200"],
    "perl: 5000 POSIX::uname": ["perl", "-MPOSIX", "-e", "for (1 .. 5000) { POSIX::uname() }"],
    "python3: 300 os.cpu_count": ["/usr/bin/python3", "-S", "-c", "import os\nfor i in range(300): os.cpu_count()"],
    "sh: 20 short programs; nothing to win": ["sh", "-c", "/bin/true; " * 20],
    "sha256sum: 2 MiB; nothing to win": ["sh", "-c", "head -c 2M /dev/zero | sha256sum"],
    "perl: sorts 20000 numbers; nothing to win": ["perl", "-e", "@n = sort { $a <=> $b } map { $_ * 7919 % 20011 } 1 .. 20000"],
}
for name, command in PROGRAMS.items():
    processor_time.of(command)  # fills the caches
    taken = {"without": [], "with": []}
    for _ in range(ROUNDS):
        taken["without"].append(processor_time.of(command))
        taken["with"].append(processor_time.of(["usrsysshm", "run", "--"] + command))
    for how, times in taken.items():
        processor_time.print_row(f"{name},{how}", times)
