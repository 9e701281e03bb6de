#!/bin/bash
# sshd: five logins with a key, each of which runs a command. sshd sets its own titles.
set -eu
cd "$WORK"
chmod 700 .
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f user
cp user.pub authorized_keys
chmod 600 authorized_keys
mkdir -p /run/sshd
printf '%s\n' "HostKey $WORK/host" "AuthorizedKeysFile $WORK/authorized_keys" "StrictModes no" "UsePAM no" "PidFile $WORK/pid" >config
/usr/sbin/sshd -D -e -f config -p 2222 2>log & server=$!
trap 'kill $server' EXIT
login() { ssh -q -i user -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=20 root@127.0.0.1 "$@"; }
until login true; do sleep 0.3; [ -d "/proc/$server" ]; done
for _ in 1 2 3 4 5; do
	[ "$(login 'echo in; cat')" = in ] </dev/null
done
