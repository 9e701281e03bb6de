#!/bin/sh
# python3: compares its functions with the raw system calls; logging, ssl, multiprocessing with fork and with spawn.
exec /usr/bin/python3 tests/real/python3.py
