#!/bin/bash
# MariaDB: with userstat and with profiling it reads the CPU time of its threads at each statement, and reports it.
set -eu
cd "$WORK"
mariadb-install-db --no-defaults --user=root --datadir="$WORK/data" --auth-root-authentication-method=normal --skip-test-db >log 2>&1
mariadbd --no-defaults --user=root --datadir="$WORK/data" --socket="$WORK/socket" --skip-networking --userstat=1 --innodb-flush-method=fsync \
	--innodb-buffer-pool-size=16M --innodb-log-file-size=8M >log 2>&1 & server=$!
trap 'kill $server; wait $server || true' EXIT
ask() { mariadb --no-defaults --socket="$WORK/socket" -N -B "$@"; }
until ask -e 'select 1' >/dev/null 2>&1; do sleep 0.5; [ -d /proc/$server ]; done
for ((i = 0; i < 500; i++)); do echo "select $i;"; done | ask >answers
[ "$(wc -l <answers)" = 500 ]
# Profiling times each step of a statement.
{ echo "set profiling = 1;"; for ((i = 0; i < 50; i++)); do echo "select $i;"; done; echo "show profile cpu;"; } | ask >profile
grep -qi 'Query end' profile
# Statements take CPU time, and no more than the server ran.
ask -e "select 'cpu', cpu_time > 0 and cpu_time < 100 from information_schema.user_statistics where user = 'root'" | grep -q "^cpu	1"
