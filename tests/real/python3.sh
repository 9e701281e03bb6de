#!/bin/sh
# python3: everything it asks for beside the raw system call; logging, ssl, multiprocessing by fork and by spawn.
exec /usr/bin/python3 tests/real/python3.py
