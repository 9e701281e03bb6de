#!/bin/bash
# redis-server: exports a setproctitle of its own, which stays in use. It answers requests and forks to save.
set -eu
cd "$WORK"
redis-server --port 6390 --dir "$WORK" --daemonize no --save '' >log & server=$!
trap 'kill $server; wait $server || true' EXIT
ask() { redis-cli -p 6390 "$@"; }
until [ "$(ask ping 2>&1)" = PONG ]; do sleep 0.2; [ -d /proc/$server ]; done
[ "$(ask set key value)" = OK ]
[ "$(ask get key)" = value ]
ask info server | grep -q "process_id:$server"
tr '\0' ' ' </proc/$server/cmdline | grep -q '^redis-server \*:6390'
ask bgsave >/dev/null
until [ -s dump.rdb ]; do sleep 0.2; done
redis-benchmark -p 6390 -q -n 2000 -t set,get >/dev/null
