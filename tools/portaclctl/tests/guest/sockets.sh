#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154
# In every state of a socket, also of protocols that few machines have, and of
# the kernel's own: what `who` and `explain` say of its port is what bind says.
. "$(dirname "$0")/lib.sh"

policy < /dev/null
unshare -n sh -c 'ip link set lo up && exec python3 "$@"' sh \
	"$here/../sockets.py" "$ctl" > sockets.tap 2> err
status=$?
while read -r line; do
	case $line in
	"ok "*SKIP*) skip "${line#*- }" "" ;;
	"ok "*) point 0 "${line#*- }" ;;
	"not ok "*) point 1 "${line#*- }" ;;
	"#"*) echo "$line" ;;
	esac
done < sockets.tap
point $status "free means that a bind succeeds"

# T30: the kernel waits for the answer of an NFS server, at a port of its own.
cat > server.py <<'EOF'
import socket
import time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
client, peer = server.accept()
print(peer[1], flush=True)
time.sleep(3600)
EOF
has_lines() { [ "$(wc -l < ports)" = "$1" ]; }
if grep -q 'nfs$' /proc/filesystems; then
	python3 server.py > ports &
	server=$!
	until_true 60 has_lines 1
	port=$(cat ports)
	mount -i -t nfs -o "vers=3,proto=tcp,nolock,resvport,soft,addr=127.0.0.1,mountaddr=127.0.0.1,mountproto=tcp,mountport=$port,port=$port" \
		127.0.0.1:/none /mnt > mount.out 2>&1 &
	mounter=$!
	until_true 120 has_lines 2
	port=$(sed -n 2p ports)
	kernel='a socket without a process, the kernel.s'
	start perl binder.pl "$port" 127.0.0.1
	[ "$(result)" = 98 ]
	point $? "T30: a pending NFS mount: a bind to its port fails with EADDRINUSE"
	stop
	# Else who searches all of /usr for programs that may bind the port.
	echo "deny tcp $port" > held.conf
	gives "T30: who says that the kernel has the port" 0 \
		"^  127.0.0.1 connected by $kernel" who --file held.conf "tcp/$port"
	gives "T30: explain says that the kernel has the port" 0 \
		"^[^ ].* the port is held by a connection of $kernel.*EADDRINUSE" \
		explain perl root "tcp/$port" addr=127.0.0.1
	kill -KILL $mounter $server
else
	skip "T30: a pending NFS mount" "no NFS client in this kernel"
fi
done_testing
