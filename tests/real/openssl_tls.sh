#!/bin/sh
# openssl s_server and s_client: ten handshakes with a response each.
set -eu
cd "$WORK"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout key -out cert -days 2 2>/dev/null
openssl s_server -quiet -accept 4433 -key key -cert cert -www & server=$!
trap 'kill $server' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -quiet -connect 127.0.0.1:4433 -CAfile cert >answer 2>/dev/null || true
		! grep -q "New, TLSv1.3" answer || break
		sleep 0.2
	done
	grep -q "New, TLSv1.3" answer
done
