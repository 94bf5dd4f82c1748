# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# who: everybody who may bind a port.

cat > w.conf <<EOF
allow tcp 80 uid=0
allow tcp 80-90 uid=33
deny tcp 81 uid=33
allow tcp 82 uid=1
deny tcp 83 addr=10.0.0.1
deny tcp 84
allow tcp 84 uid=5
allow tcp 86 uid=7 addr=10.0.0.2 only
EOF
gives "who: root may" 0 '^root: allowed: allow rule=1' who --file w.conf tcp/80
gives "who: others may not, the kernel says" 0 \
	'^everybody else, without root: needs CAP_NET_BIND' \
	who --file w.conf tcp/80
gives "who: a deny rule behind an allow rule" 0 \
	'never reached for this port: rule 2 comes first' who --file w.conf tcp/81
gives "who: one address only" 0 \
	'^for addr=10.0.0.1: everybody else, root included: refused' \
	who --file w.conf tcp/83
grep -q '^everybody else: needs CAP_NET_BIND' out
point $? "who: and not the others"
gives "who: a deny rule refuses" 0 '^    refuses$' who --file w.conf tcp/84
grep -q 'never reached for this port: rule 6 comes first' out
point $? "who: an allow rule behind a deny rule"
gives "who --json" 0 . who --json --file w.conf tcp/84
json "its members" '[r["shadowed_by"] for r in j["rules"]] == [None, None, 6]
	and j["others"] == j["root"] == "deny" and j["addresses"] == []'
gives "who --json" 0 . who --json --file w.conf tcp/80
json "root and others" 'j["root"] == "allow" and j["others"] == "legacy"'
gives "who --json" 0 . who --json --file w.conf tcp/86
json "addresses" 'j["others"] == "legacy" and j["addresses"] ==
	[{"addr": "10.0.0.2", "others": "deny", "root": "deny"}]'
echo 'deny any any cgroup=/system.slice/worker.service' > cgroup.conf
gives "who: a cgroup that is denied" 0 '^everybody else: allowed: net.ipv4' \
	who --file cgroup.conf udp/65000
# Most services have one protocol.
gives "who: a service of tcp alone" 0 '^tcp/22:$' who --file w.conf ssh
hides "who: it has no udp" '^udp/'
gives "who --json" 0 . who --json --file w.conf ssh
json "who: an array, as with any port" '[p["protocol"] for p in j] == ["tcp"]'
gives "who: a service of both" 0 '^udp/53:$' who --file w.conf domain
gives "who: a service of neither" 2 "services.5. has no 'nosuch' for tcp" \
	who --file w.conf nosuch
# A wildcard is more than a prefix of zeros, and that of IPv6 may be IPv4's too.
# at PREFIX: root may have the port there
at() {
	printf '%s\n' 'default deny' "allow tcp 80 uid=0 addr=$1" > zero.conf
	gives "who: $1" 0 "^for addr=$1: root: allowed" who --file zero.conf tcp/80
}
at ::/0
at ::/1
at ::/127
at 0.0.0.0/0
at 0.0.0.0/8

# R37: sctp is a protocol like the others.
cat > sctp.conf <<'EOF'
allow sctp 3868,36412 uid=990
allow tcp 3869 uid=990
EOF
gives "R37: check" 0 '^allow sctp 3868,36412 uid=990$' check --print sctp.conf
gives "R37: test" 0 '^allow rule=1$' test --file sctp.conf sctp/3868 uid=990
gives "R37: tcp is none" 0 '^legacy reason="other protocol" nearest=1 .rule 1: protocol tcp, rule has sctp.$' \
	test --file sctp.conf tcp/3868 uid=990
gives "R37: a tcp rule does not grant it" 0 '^legacy .*protocol sctp, rule has tcp' \
	test --file sctp.conf sctp/3869 uid=990
gives "R37: explain" 0 '^/usr/bin/env as .* on sctp/3868: allowed by portacl' \
	explain --file sctp.conf env 990 sctp/3868
gives "R37: explain: not by a tcp rule" 1 "on sctp/869: refused .* by the kernel's own rule" \
	explain --file sctp.conf env 990 sctp/869
run explain --json --file sctp.conf env 990 sctp/3868
json "R37: explain --json" 'j["request"].startswith("sctp 3868 uid=990") and
	j["decided_by"] == "portacl" and not j["refused"]'
gives "R37: who" 0 '^  rule 1: sctp.conf:1: allow sctp 3868,36412 uid=990$' \
	who --file sctp.conf sctp/3868
gives "R37: who: the tcp rule is not there" 0 'no rule names the port' \
	who --file sctp.conf sctp/3869
# R31: an MPTCP socket is tcp.
cat > mptcp.py <<'EOF'
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)
EOF
rm -f port
python3 mptcp.py > port 2> mptcp.err &
server=$!
mptcp_said() {
	[ -s port ] || [ -s mptcp.err ]
}
until_true 60 mptcp_said
port=$(cat port)
if [ -n "$port" ]; then
	run who --json --file sctp.conf "tcp/$port"
	json "R31: who: an MPTCP listener is tcp, once" 'j["protocol"] == "tcp" and
		[(l["addr"], l["uid"]) for l in j["holders"]] == [("127.0.0.1", '"$(id -u)"')]'
	gives "R31: who says 262 to nobody" 0 '^  127.0.0.1 listening by python3' \
		who --file sctp.conf "tcp/$port"
	hides "R31: no number of a protocol" '(^|[^0-9])262([^0-9]|$)'
	kill "$server"
else
	skip "R31: who" "no MPTCP socket: $(tail -n 1 mptcp.err)"
fi

if [ "$(id -u)" = 0 ] && command -v setcap > /dev/null; then
	mkdir -p who/opt/deep/down
	cp /bin/true who/opt/deep/down/server
	cp /bin/true who/opt/deep/down/other
	setcap cap_net_bind_service=ep who/opt/deep/down/server
	setcap -n 1000 cap_net_bind_service=ep who/opt/deep/down/other
	PORTACLCTL_ROOT="$PWD/who" "$ctl" who --file w.conf udp/80 > out 2> err
	grep -qx '  users that run /opt/deep/down/server' out
	point $? "who: file capabilities, however deep"
	hides "who: not those of a user namespace" other
	# Neither is a file system looked at where they do not count.
	cat > nosuid.sh <<'END'
mkdir -p who/opt/mounted && mount -t tmpfs -o nosuid none who/opt/mounted &&
	cp /bin/true who/opt/mounted/elsewhere &&
	setcap cap_net_bind_service=ep who/opt/mounted/elsewhere && exec "$@"
END
	if unshare -m true 2> err; then
		unshare -m sh nosuid.sh env PORTACLCTL_ROOT="$PWD/who" \
			"$ctl" who --file w.conf udp/80 > out 2> err
		grep -qx '  users that run /opt/deep/down/server' out
		point $? "who: file capabilities beside a nosuid mount"
		hides "who: none on the nosuid mount" elsewhere
	else
		skip "who: file capabilities on a nosuid mount" "$(cat err)"
	fi
	# The server of a remote one may be gone.
	cat > remote.sh <<'END'
echo "server:/ $PWD/who/opt/deep nfs rw 0 0" > mounts
mount --bind mounts /proc/$$/mounts && exec "$@"
END
	if unshare -m sh remote.sh true 2> err; then
		unshare -m sh remote.sh env PORTACLCTL_ROOT="$PWD/who" \
			"$ctl" who --file w.conf udp/80 > out 2> err
		hides "T21: who: no remote file system is searched" /opt/deep
		grep -q '^  root$' out
		point $? "T21: who: it answers without"
	else
		skip "T21: who: no remote file system is searched" "$(cat err)"
	fi
	if command -v script > /dev/null; then
		mkdir -p who/opt/many
		(cd who/opt/many && seq 4100 | xargs touch)
		# on_terminal TERM: print what a terminal of that kind gets
		on_terminal() {
			TERM=$1 PORTACLCTL_ROOT="$PWD/who" script -qec \
				"$ctl who --file w.conf udp/80" typescript \
				> out 2> err < /dev/null
		}
		on_terminal xterm
		grep -q 'looking for programs with capabilities: 4096 files' out
		point $? "T11: who: progress on a terminal"
		on_terminal dumb
		hides "T11: who: none on a dumb one" "looking for|$(printf '\033')"
		PORTACLCTL_ROOT="$PWD/who" "$ctl" who --file w.conf udp/80 > out 2> err
		hides "T11: who: nor elsewhere" 'looking for'
		rm -r who/opt/many
	else
		skip "T11: who: progress on a terminal" "needs script"
	fi
else
	skip "who: file capabilities" "needs root and setcap"
fi
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	serve_user --clear-groups
	gives "T11: who: a user without a name is a number" 0 \
		"listening by python[^ ]*.$server.,.* socket of uid 65533\$" who --file w.conf "tcp/$port"
	kill "$server"
else
	skip "T11: who: a user without a name is a number" "needs root and setpriv"
fi
listen
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	echo > w.conf
	setpriv --reuid 65534 --clear-groups "$ctl" who --file - "tcp/$port" \
		< w.conf > out 2> err
	grep -q 'by a process that only root sees, socket of root' out
	point $? "who: a listener that only root sees"
else
	skip "who: a listener that only root sees" "needs root and setpriv"
fi
kill "$server"
