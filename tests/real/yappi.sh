#!/bin/sh
# yappi: profiles four Python threads by their CPU time; time.thread_time_ns() lies between two raw system calls.
exec /usr/bin/python3 tests/real/yappi_threads.py
