#!/bin/bash
# nginx with TLS: twenty connections with a response each.
set -eu
cd "$WORK"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout key -out cert -days 2 2>/dev/null
cat >nginx.conf <<END
daemon off; pid $WORK/pid; error_log $WORK/error.log; worker_processes 2;
events { }
http {
	access_log $WORK/access.log;
	server { listen 4443 ssl; ssl_certificate $WORK/cert; ssl_certificate_key $WORK/key; location / { return 200 "hello \$pid\n"; } }
}
END
nginx -c "$WORK/nginx.conf" -e "$WORK/error.log" & server=$!
trap 'kill $server; wait $server || true' EXIT
exec 2>errors
/usr/bin/python3 - <<'END'
import os, ssl, time, urllib.request
context = ssl._create_unverified_context()
def get():
    return urllib.request.urlopen("https://127.0.0.1:4443/", context=context).read().decode()
for i in range(100):
    try:
        get()
        break
    except OSError:
        time.sleep(0.2)
for i in range(20):
    word, pid = get().split()
    assert word == "hello"
    assert "nginx: worker process" in open(f"/proc/{pid}/cmdline").read()
END
