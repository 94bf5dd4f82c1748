# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# explain and who say what they do not know, and what needs no bind.

mkdir -p steer/proc/net steer/usr/sbin steer/sys/kernel/security
echo lockdown,capability,yama > steer/sys/kernel/security/lsm
export PORTACLCTL_ROOT="$PWD/steer"
cat > h.conf <<'EOF'
allow tcp 80 exe=/usr/bin/env uid=daemon only
allow tcp 50051 uid=2000 only
EOF
# says NAME STATUS PATTERN ARGUMENT...: explain, by the policy in h.conf
says() {
	name=$1 want=$2 pattern=$3
	shift 3
	gives "explain: $name" "$want" "$pattern" explain --file h.conf "$@"
}
says "allowed, but not tried" 0 '^  note +not tried yet: ' env daemon tcp/80
says "refused: there is nothing to try" 1 'refused' env nobody tcp/80
hides "explain: it says nothing of trying" 'not tried'
says "nft cannot be seen" 0 '^  note +cannot see: .*nft is not installed' env daemon tcp/80
hides "explain: IPVS is not there" IPVS

# nft, played by a script that prints what nft would.
cat > steer/usr/sbin/nft <<EOF
#!/bin/sh
cat "$PWD/ruleset.json"
EOF
chmod 755 steer/usr/sbin/nft
# nft EXPRESSION...: the ruleset is one rule of these, and what $more has.
more=
nft() {
	printf '{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"chain": {"family": "ip", "table": "nat", "name": "pre", "handle": 1, "type": "nat", "hook": "prerouting", "prio": -100, "policy": "accept"}}, %s {"rule": {"family": "ip", "table": "nat", "chain": "pre", "handle": 7, "expr": [%s]}}]}\n' \
		"$more" "$1" > ruleset.json
}
dport() {
	printf '{"match": {"op": "%s", "left": {"payload": {"protocol": "%s", "field": "dport"}}, "right": %s}}' \
		"$2" "$1" "$3"
}
redirect='{"redirect": {"port": 8080}}'
nft "$(dport tcp == 80), $redirect"
says "nft redirects the port" 0 \
	'^  note +served without a bind: nft sends it: rule with handle 7 of ip nat, chain pre: redirect$' \
	env daemon tcp/80
hides "explain: nft was seen" 'cannot see: .*nft'
says "another protocol" 1 'refused' env daemon udp/80
hides "explain: is not redirected" 'served without'
says "another port" 1 'refused' env daemon tcp/81
hides "explain: is not redirected" 'served without'
nft "$(dport tcp == '{"range": [70, 90]}'), {\"dnat\": {\"addr\": \"10.0.0.1\"}}"
says "dnat of a range" 0 'nft sends it: .*: dnat' env daemon tcp/80
nft "$(dport tcp == '{"set": [22, {"range": [79, 81]}]}'), $redirect"
says "a set" 0 'nft sends it' env daemon tcp/80
nft "$(dport tcp == '"@ports"'), $redirect"
says "a named set is not known" 0 'nft may send it' env daemon tcp/80
nft "$(dport tcp '!=' 22), $redirect"
says "all ports but one" 0 'nft sends it' env daemon tcp/80
nft "$(dport th == 80), $redirect"
says "a port of any protocol" 0 'nft sends it' env daemon tcp/80
nft '{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, '"$redirect"
says "for one interface, perhaps" 0 'nft may send it' env daemon tcp/80
nft "$(dport tcp == 80), {\"xt\": {\"type\": \"target\", \"name\": \"REDIRECT\"}}"
says "iptables' redirect" 0 'nft sends it: .*redirect' env daemon tcp/80
dnat() {
	printf '{"dnat": {"addr": {"map": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": %s}}}}' "$1"
}
nft "$(dnat '{"set": [[22, "10.0.0.1"], [{"range": [90, 99]}, "10.0.0.2"]]}')"
says "dnat by a map that has other ports" 0 'allowed' env daemon tcp/80
hides "explain: such a map sends nothing elsewhere" 'served without'
says "dnat by a map that has the port" 1 'nft sends it: .*: dnat' env daemon tcp/95
nft "$(dnat '"@hosts"')"
says "dnat by a named map" 0 'nft may send it: .*: dnat' env daemon tcp/80
# A chain without a hook, to which a rule of another one leads.
more='{"chain": {"family": "ip", "table": "nat", "name": "ssh", "handle": 2}},
	{"rule": {"family": "ip", "table": "nat", "chain": "ssh", "handle": 8, "expr": [{"redirect": {"port": 2222}}]}},'
nft "$(dport tcp == 22), {\"jump\": {\"target\": \"ssh\"}}"
says "a jump for another port" 0 'allowed' env daemon tcp/80
hides "explain: the chain behind it is not reached" 'served without'
says "a jump for the port" 1 'nft sends it: rule with handle 8 of ip nat, chain ssh' \
	env daemon tcp/22
nft '{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, {"goto": {"target": "ssh"}}'
says "a goto for one interface" 0 'nft may send it: rule with handle 8' env daemon tcp/80
nft '{"vmap": {"key": {"payload": {"protocol": "tcp", "field": "dport"}}, "data": {"set": [[22, {"jump": {"target": "ssh"}}], [80, {"accept": null}]]}}}'
says "a map of verdicts" 1 'nft sends it: rule with handle 8' env daemon tcp/22
says "a map of verdicts: another port" 0 'allowed' env daemon tcp/80
hides "explain: nor is it reached by such a map" 'served without'
nft '{"accept": null}'
says "a chain that nothing leads to" 0 'allowed' env daemon tcp/80
hides "explain: nor is such a chain reached" 'served without'
more=
nft "$(dport tcp == 80), {\"accept\": null}"
says "a rule that only accepts" 0 'allowed' env daemon tcp/80
hides "explain: sends nothing elsewhere" 'served without'
echo 'no json' > ruleset.json
says "what is not understood" 0 'cannot see: .*is not understood' env daemon tcp/80
printf '#!/bin/sh\nexit 1\n' > steer/usr/sbin/nft
says "nft fails" 0 'cannot see: .*nft' env daemon tcp/80
rm steer/usr/sbin/nft
echo nat > steer/proc/net/ip_tables_names
says "the old iptables" 0 'cannot see: the nat table of iptables-legacy' env daemon tcp/80
rm steer/proc/net/ip_tables_names

cat > steer/proc/net/ip_vs <<'EOF'
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  0A000001:0050 rr
  -> 0A000002:1F90      Masq    1      0          0
UDP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0035 wlc
EOF
says "IPVS" 0 'served without a bind: IPVS forwards 0A000001:0050 ' env daemon tcp/80
says "IPVS, IPv6" 1 'IPVS forwards .2001:.*:0035 ' env daemon udp/53
says "IPVS: a real server's port is none" 0 'allowed' env daemon tcp/8080
hides "explain: IPVS does not forward it" IPVS
echo 'FWM  00000001 rr' >> steer/proc/net/ip_vs
says "IPVS by a mark" 0 'IPVS has a service for marked packets' env daemon tcp/8080
gives "who: IPVS" 0 '^  IPVS forwards 0A000001:0050' who --file h.conf tcp/80
gives "who --json" 0 . who --json --file h.conf tcp/80
json "its members" 'j["steered"][0].startswith("IPVS forwards") and
	any("nft is not installed" in t for t in j["unseen"])'
gives "explain --json" 0 . explain --json --file h.conf env daemon tcp/80
json "its members" 'j["tried"] is False and len(j["steered"]) == 2 and j["unseen"]
	and any(n.startswith("not tried yet") for n in j["notes"])'
rm steer/proc/net/ip_vs

# R04: a port that nobody holds and somebody owns.
gives "R04: who: free, and reserved" 0 \
	'^  the port is free, and reserved by rule 2: h.conf:2: allow tcp 50051 uid=2000 only$' \
	who --file h.conf tcp/50051
says "R04: by which line" 1 'deny only reason=.*: h.conf:2: allow tcp 50051' \
	env daemon tcp/50051

# R16: SO_REUSEPORT is for one user.
listen
says "R16: a port held by another user" 0 \
	"holder +127.0.0.1 listening by python3.*.$server., a socket of uid $(id -u): SO_REUSEPORT does not help" \
	env daemon "tcp/$port"
says "R16: by the same user" 0 \
	"holder +127.0.0.1 listening by python3.*.$server., unless both set SO_REUSEPORT" \
	env "$(id -un)" "tcp/$port"
if run explain --file h.conf "$server" "tcp/$port" && [ "$status" = 0 ]; then
	hides "explain: who holds the port has tried" 'not tried'
fi
kill "$server"

# R11: two numbers of one user.
if [ "$(id -u)" = 0 ] && unshare -U true 2> /dev/null; then
	unshare -U sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	rm -f inside
	# Not even nsenter can become root there: it is executed before it is.
	{ echo '0 100000 65536' > "/proc/$sleeper/uid_map"; } 2> err &&
		python3 - "$sleeper" 2> err <<'EOF' &
import ctypes, os, sys
fd = os.open("/proc/%s/ns/user" % sys.argv[1], os.O_RDONLY)
if ctypes.CDLL(None, use_errno=True).setns(fd, 0):
    sys.exit(os.strerror(ctypes.get_errno()))
os.setresuid(0, 0, 0)
os.execvp("sleep", ["sleep", "600"])
EOF
	inner=$!
	until_true 60 is_settled sleep $inner
	if is_running sleep $inner 2> /dev/null; then
		says "R11: both of its uids" 1 \
			'uid 100000 is uid 0 in its user namespace' $inner tcp/80
		kill $inner
	else
		skip "R11" "no user namespace with a map: $(cat err)"
	fi
	kill $sleeper
else
	skip "R11" "needs root and user namespaces"
fi
# Everybody is root in a user namespace of one's own.
echo 'allow tcp 80 launch=root' > launch.conf
# root_there NAME STATUS PATTERN COMMAND...: the command starts a program there
root_there() {
	name=$1 want=$2 pattern=$3
	shift 3
	"$@" unshare -U -r sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	gives "explain: $name" "$want" "$pattern" explain --file launch.conf \
		$sleeper tcp/80
	kill $sleeper
}
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null &&
	setpriv --reuid 65533 --clear-groups unshare -U -r true 2> /dev/null; then
	root_there "not root's launch in a user's namespace" 1 'not launched by root' \
		setpriv --reuid 65533 --clear-groups
	root_there "root's launch in root's" 0 'allowed by portacl' env
else
	skip "launch=root in a user namespace" "needs root, setpriv and user namespaces"
fi
unset PORTACLCTL_ROOT

# R14: the kernel's sockets, where the kernel makes some.
if [ "$(id -u)" = 0 ] && command -v wg > /dev/null &&
	unshare -n sh -c 'ip link add wg0 type wireguard' 2> /dev/null; then
	unshare -n sh -c 'ip link add wg0 type wireguard
		wg set wg0 listen-port 51820; ip link set wg0 up
		"$0" who --file h.conf udp/51820' "$ctl" > out 2> err
	grep -q 'bound by a socket without a process, the kernel.s' out
	point $? "R14: a WireGuard port"
else
	skip "R14: a WireGuard port" "needs root, wg and the kernel's WireGuard"
fi
