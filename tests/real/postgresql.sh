#!/bin/bash
# PostgreSQL: initdb, pgbench, and the titles of backends, which it writes over argv and ps shows.
set -eu
chown postgres "$WORK"
as() { setpriv --reuid postgres --regid postgres --clear-groups env HOME="$WORK" LC_ALL=C "PATH=$(echo /usr/lib/postgresql/*/bin):$PATH" "$@"; }
cd "$WORK"
as initdb -D data -A trust --no-sync >log
as postgres -D data -k "$WORK" -h '' -F >log 2>&1 & server=$!
trap 'kill -INT $(head -n 1 data/postmaster.pid); wait $server || true' EXIT
until as psql -h "$WORK" -c 'select 1' postgres >/dev/null 2>&1; do sleep 0.5; [ -d /proc/$server ]; done
as pgbench -h "$WORK" -i -q postgres >/dev/null 2>&1
as pgbench -h "$WORK" -c 2 -t 50 postgres >result 2>&1
grep -q '100/100' result
[ "$(as psql -h "$WORK" -tAc 'select pg_backend_pid() = pid from pg_stat_activity where pid = pg_backend_pid()' postgres)" = t ]
ps -e -o args | grep -q 'postgres: checkpointer'
