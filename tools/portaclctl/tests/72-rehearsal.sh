# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# A policy is tried on the sockets that listen now, before it is in force.

# live NAME STATUS PATTERN OPTION...: check --live of the policy in v.conf
live() {
	name=$1 want=$2 pattern=$3
	shift 3
	gives "live: $name" "$want" "$pattern" check --live "$@" v.conf
}
listen
exe=$(readlink -f "/proc/$server/exe")
: > v.conf
live "a policy without a rule cuts nobody off" 0 '^live: .* none would be cut off$'
echo "allow tcp $port exe=/usr/sbin/nginx uid=33 only" > v.conf
live "R13: the program, the port, the address, the line" 0 \
	"python3.* .pid $server, $exe, .*uid $(id -u). listens on tcp/$port at 127.0.0.1 and could not .* restart: deny only reason=.reserved. nearest=1: v.conf:1: allow tcp $port"
live "it warns only" 0 '^live: .* 1 finding$'
live "--strict refuses" 1 '^live: .* 1 finding$' --strict
gives "live: --strict alone" 2 'strict is for --live' check --strict v.conf
echo "allow tcp $port exe=$exe uid=$(id -u) accept=writable only" > v.conf
live "its own rule" 0 'none would be cut off' --strict
echo "allow tcp $port exe=$exe uid=$(id -u) accept=writable addr=127.0.0.1 only" \
	> v.conf
live "its own rule, for its address" 0 'none would be cut off' --strict
echo "allow tcp $port exe=$exe uid=$(id -u) accept=writable addr=127.0.0.2
deny tcp $port" > v.conf
live "another address: the rule that refuses, by its line" 1 \
	'deny rule=2 reason="[^"]*addr[^"]*" nearest=1: v.conf:2: deny' --strict
echo "deny tcp $port uid=$(($(id -u) + 1))" > v.conf
live "another user" 0 'none would be cut off' --strict
echo "deny udp $port" > v.conf
live "another protocol" 0 'none would be cut off' --strict
mkdir -p "v1/proc/$server"
echo '9:name=systemd:/system.slice/x.service' > "v1/proc/$server/cgroup"
echo "deny tcp $port cgroup=/system.slice/x.service" > v.conf
PORTACLCTL_ROOT=$PWD/v1 live "a cgroup of v2, where there is v1 alone" 0 \
	'none would be cut off' --strict
echo '0::/system.slice/x.service' >> "v1/proc/$server/cgroup"
PORTACLCTL_ROOT=$PWD/v1 live "where there are both" 1 "tcp/$port at 127" --strict
kill "$server"

# A socket for IPv6 alone, as nginx makes them, does not ask for IPv4.
serve python3 -c 'import socket, time
s = socket.socket(socket.AF_INET6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind(("::", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)'
echo "deny tcp $port addr=0.0.0.0/0
allow tcp $port addr=::/0" > v.conf
live "an IPv6 socket that does not serve IPv4" 0 'none would be cut off' --strict
echo "deny tcp $port addr=::/0" > v.conf
live "its own family" 1 "tcp/$port at :: " --strict
kill "$server"

# However many sockets a process has, it is looked at once.
serve python3 -c 'import socket, time
kept = [socket.create_server(("127.0.0.1", 0)) for i in range(60)]
print("ready", flush=True)
time.sleep(600)'
echo 'deny tcp 1' > v.conf
if strace -o trace -e trace=openat true 2> err; then
	ASAN_OPTIONS=detect_leaks=0 strace -o trace -e trace=openat \
		"$ctl" check --live v.conf > out 2> err
	opened=$(grep -c "\"/proc/$server/status\"" trace)
	echo "opened $opened times" >> err
	[ "$opened" = 1 ] && grep -Eq '^live: (6[0-9]|[7-9][0-9]|[0-9]{3,}) ' out
	point $? "live: a process with 60 sockets is read once"
else
	skip "live: a process with 60 sockets is read once" "no strace here: $(cat err)"
fi
kill "$server"

# A program that a user started is judged as it would be started again.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	serve_user --clear-groups
	echo "allow tcp $port exe=$python uid=65533 only" > v.conf
	live "a rule that came after the program" 0 'none would be cut off' --strict
	echo "allow tcp $port exe=$python uid=65533 addr=0.0.0.0/0 only" > v.conf
	live "a wildcard in its whole family" 0 'none would be cut off' --strict
	echo "allow tcp $port exe=$python uid=65533 addr=127.0.0.1 only" > v.conf
	live "a wildcard is more than one address" 1 'at 0.0.0.0 .*addr' --strict
	kill "$server"
	serve_user --clear-groups --no-new-privs
	echo "allow tcp $port exe=$python uid=65533 only" > v.conf
	live "no_new_privs comes again" 1 'reason="no_new_privs"' --strict
	kill "$server"
	serve_user --regid 65533 --groups "$(seq -s, 5000 5039)"
	echo "allow tcp $port gid=5039 only" > v.conf
	live "the last of 40 groups" 0 'none would be cut off' --strict
	gives "explain: the last of 40 groups" 0 'portacl  *allow rule=1: ' \
		explain --file v.conf "$server" "tcp/$port"
	echo "allow tcp $port gid=5040 only" > v.conf
	live "none of 40 groups" 1 'reason="wrong gid"' --strict
	kill "$server"
	serve_user --clear-groups
	echo "allow tcp $port launch=root only" > v.conf
	live "not launched by root" 1 'reason="not launched by root"' --strict
	echo "launcher $(readlink -f "$(command -v setpriv)")" >> v.conf
	live "a launcher that is not known" 0 \
		"not checked: python3.* .pid $server. at tcp/$port: whether a launcher executed it" \
		--strict
	kill "$server"
	# systemd-resolved binds with a capability that it drops afterwards.
	serve_user --clear-groups
	mkdir -p "unit/proc/$server" unit/proc/sys/net/ipv4 unit/etc/systemd/system
	echo '0::/system.slice/dropper.service' > "unit/proc/$server/cgroup"
	echo 65535 > unit/proc/sys/net/ipv4/ip_unprivileged_port_start
	# dropped NAME STATUS PATTERN LINE...: with these lines in the unit
	dropped() {
		name=$1 want=$2 pattern=$3
		shift 3
		printf '%s\n' '[Service]' "$@" > unit/etc/systemd/system/dropper.service
		PORTACLCTL_ROOT=$PWD/unit live "a dropped capability: $name" "$want" \
			"$pattern" --strict
	}
	echo 'deny udp 1' > v.conf
	dropped "of the unit" 0 '' User=daemon AmbientCapabilities=CAP_NET_BIND_SERVICE
	hides "live: the service is not cut off" ".pid $server, "
	dropped "not of the unit" 1 \
		".pid $server, .*no rule allows it and dropper.service gives it no CAP_NET_BIND_SERVICE: " \
		User=daemon
	dropped "of root's unit" 1 ".pid $server, .*unless what starts it gives it: "
	dropped "not in the bounding set" 1 'dropper.service gives it no' User=daemon \
		AmbientCapabilities=CAP_NET_BIND_SERVICE CapabilityBoundingSet=CAP_SETPCAP
	kill "$server"
else
	skip "live: a user's program" "needs root and setpriv"
fi

# load does the same, into files that stand for the kernel's.
mkdir -p live/sys/kernel/security/portacl
fs=$PWD/live/sys/kernel/security/portacl
printf 'generation 3\nmode enforce\nlocked 0\n' > "$fs/status"
: > "$fs/policy"
listen
echo "deny tcp $port" > v.conf
export PORTACLCTL_ROOT="$PWD/live"
gives "load --strict refuses" 1 'not loaded: --strict' load --strict v.conf
[ ! -s "$fs/policy" ]
point $? "and changes nothing"
gives "load warns" 0 "listens on tcp/$port at 127.0.0.1 and could not" load v.conf
grep -q "deny tcp $port" "$fs/policy"
point $? "and loads"
kill "$server"

# R08, R41: what systemd and sshd will listen at.
mkdir -p live/etc/systemd/system/sockets.target.wants live/usr/sbin
printf '[Socket]\nListenStream=1001\nListenDatagram=1002\n' \
	> live/etc/systemd/system/cockpit.socket
cat > v.conf <<'EOF'
allow tcp 1001 exe=/usr/lib/cockpit/cockpit-ws only
deny udp 1002
EOF
gives "R08: a socket unit that nothing wants: lint says so" 1 \
	'^systemd, for cockpit.socket, could not listen on tcp/1001: deny only .* v.conf:1: .*socket-unit' \
	lint v.conf
gives "R08: load does not" 0 . check --live v.conf
hides "R08: nothing about it" cockpit.socket
ln -s ../cockpit.socket live/etc/systemd/system/sockets.target.wants/
gives "R08: an enabled one" 1 \
	'systemd, for cockpit.socket, could not listen on tcp/1001: ' \
	load --strict v.conf
gives "R08: its datagrams" 0 'cockpit.socket, could not listen on udp/1002: deny rule=2' \
	check --live v.conf
units=live/etc/systemd/system
printf '[Socket]\nListenStream=1003\n' > "$units/my\\x2dapp.socket"
printf '[Socket]\nListenStream=1004\n' > $units/inst@.socket
echo 'deny tcp 1003,1004' > v.conf
gives "R08: no name is enabled" 0 . check --live v.conf
hides "R08: neither of them" 'tcp/100[34]'
ln -s "../my\\x2dapp.socket" ../inst@.socket $units/sockets.target.wants/
mv $units/sockets.target.wants/inst@.socket $units/sockets.target.wants/inst@1.socket
gives "R08: an enabled name with an escape in it" 0 'could not listen on tcp/1003: ' \
	check --live v.conf
grep -q 'inst@.socket, could not listen on tcp/1004: ' err
point $? "R08: an enabled instance"
printf '#!/bin/sh\necho listenaddress 0.0.0.0:2849\n' > live/usr/sbin/sshd
chmod 755 live/usr/sbin/sshd
cat > v.conf <<'EOF'
allow tcp 22 exe=/usr/sbin/sshd
deny any any
EOF
gives "R41: sshd is configured for another port" 1 \
	'^sshd could not listen on tcp/2849: deny rule=2.*: v.conf:2: deny any' \
	lint v.conf
unset PORTACLCTL_ROOT
