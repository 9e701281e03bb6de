#!/bin/bash
# smbd: stores a file and fetches it back.
set -eu
cd "$WORK"
mkdir share private state
chmod 777 share
cat >smb.conf <<END
[global]
	workgroup = TEST
	map to guest = bad user
	private dir = $WORK/private
	lock directory = $WORK/state
	state directory = $WORK/state
	cache directory = $WORK/state
	pid directory = $WORK/state
	ncalrpc dir = $WORK/state/ncalrpc
	log file = $WORK/log
	smb ports = 4450
	bind interfaces only = yes
	interfaces = lo
	load printers = no
	disable spoolss = yes
[share]
	path = $WORK/share
	guest ok = yes
	writeable = yes
END
setsid smbd -F -s "$WORK/smb.conf" --no-process-group >out 2>&1 & server=$!
trap 'kill $server; wait $server || true' EXIT
echo "hello over smb" >file
client() { smbclient -N -s "$WORK/smb.conf" -p 4450 //127.0.0.1/share -c "$1"; }
until client ls >/dev/null 2>&1; do sleep 0.5; [ -d /proc/$server ]; done
client "put file there; get there back" >/dev/null
cmp file back
