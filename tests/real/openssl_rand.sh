#!/bin/sh
# openssl: RAND_bytes differs between a parent and all kinds of children, and `openssl rand` never repeats a number.
set -eu
build/tests/programs/rand_processes
build/tests/programs/rand_bytes 20000
for _ in 1 2 3 4 5 6 7 8; do openssl rand -hex 16; done >"$WORK/numbers"
[ "$(sort -u "$WORK/numbers" | wc -l)" = 8 ]
