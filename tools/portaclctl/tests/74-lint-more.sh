# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# lint: rules that reach further than they seem to; names of services.

mkdir -p more/etc/systemd/system
export PORTACLCTL_ROOT="$PWD/more"
# lints ID LINE: there is such a finding; passes ID LINE: there is none.
lints() {
	echo "$2" > l.conf
	finds "$1" 1
}
passes() {
	echo "$2" > l.conf
	clean "$1" 1
}
lints uid-root 'allow tcp 80 uid=0'
lints uid-root 'allow tcp 80 uid=0-99'
passes uid-root "allow tcp 80 uid=0 exe=$real"
passes uid-root 'allow tcp 80 uid=0 cgroup=/system.slice/x.service'
passes uid-root 'allow tcp 80 uid=0 launch=root'
passes uid-root 'allow tcp 80 uid=1'
passes uid-root 'deny tcp 80 uid=0'

lints bindresvport "allow tcp 993 exe=$real uid=0 only"
json "bindresvport: what is to be done" 'any("/etc/bindresvport.blacklist" in f["text"]
	and "sunrpc.min_resvport" in f["text"] and "(993)" in f["text"] for f in j)'
lints bindresvport 'deny tcp 1-1023'
lints bindresvport 'deny any any uid=0'
passes bindresvport 'deny tcp 1-511,1024-2000'
passes bindresvport 'deny tcp 993 uid=1'
passes bindresvport "deny tcp 993 exe=$real"
passes bindresvport "allow tcp 993 exe=$real uid=0"
passes bindresvport "allow sctp 993 exe=$real uid=0 only"
printf '# ports\n993 # imaps\n995\n' > more/etc/bindresvport.blacklist
passes bindresvport "allow tcp 993,995 exe=$real uid=0 only"
lints bindresvport "allow tcp 990-1000 exe=$real uid=0 only"
json "bindresvport: those that are not listed" \
	'any("(990-992,994,996-1000)" in f["text"] for f in j)'

# A port picker that is left no port fails.
mkdir -p more/proc/sys/sunrpc
echo 993 > more/proc/sys/sunrpc/min_resvport
echo 994 > more/proc/sys/sunrpc/max_resvport
lints only-resvport "allow tcp 990-1000 exe=$real uid=0 only"
json "only-resvport: the range is named" 'any("from 993 to 994" in f["text"]
	for f in j)'
passes only-bindresvport "allow tcp 990-1000 exe=$real uid=0 only"
passes only-resvport "allow tcp 993 exe=$real uid=0 only"
passes only-resvport "allow tcp 990-1000 exe=$real uid=0"
passes only-resvport "allow sctp 990-1000 exe=$real uid=0 only"
printf '%s\n' 'allow udp 1-700 uid=0 launch=root only' \
	'allow any 701-1023 uid=0 launch=root only' > l.conf
finds only-bindresvport 1
clean only-bindresvport 2

# A user can change the ids by which a deny rule matches.
lints deny-by-id 'deny any 8080 uid=2000'
lints deny-by-id 'deny any 8081 gid=4000'
passes deny-by-id "deny any 8080 uid=2000 exe=$real"
passes deny-by-id 'deny any 8080 uid=2000 cgroup=/user.slice'
passes deny-by-id 'deny any 8080'
passes deny-by-id 'allow any 8080 uid=2000'
passes deny-by-id 'deny any 1024-4000 uid=1-4294967294'
lints deny-by-id 'deny any 8080 uid=2-4294967294'
lints deny-by-program "deny any 8080 exe=$real"
lints deny-by-program 'deny any 8080 uid=2000 cgroup=/user.slice'
lints deny-by-program 'deny any 8080 launch=root'
passes deny-by-program 'deny any 8080'
passes deny-by-program "allow any 8080 exe=$real"
lints deny-by-id 'deny any 8080 uid=1-4294967294 gid=0-99'
"$ctl" import --mac-portacl uid:80:tcp:2000 --port-high 4000 > imported 2> err
cp imported l.conf
gives "T10: lint finds nothing in what import --port-high prints" 0 '' check l.conf
clean deny-by-id

lints uid-dynamic 'allow tcp 300 uid=61184-65519'
lints uid-dynamic 'allow tcp 300 uid=63000'
passes uid-dynamic 'allow tcp 300 uid=65534'
passes uid-dynamic 'allow tcp 300 uid=1000-70000'

for prog in slirp4netns rootlessport bwrap unshare passt.avx2 podman; do
	cp /bin/true "more/$prog"
	lints exe-namespaces "allow tcp 80 exe=$PWD/more/$prog uid=1"
done
passes exe-namespaces "allow tcp 80 exe=$real uid=1"

printf '[Service]\nExecStart=%s\nUser=daemon\nPrivateUsers=yes\n' "$real" \
	> more/etc/systemd/system/p.service
lints unit-private-users "allow tcp 443 exe=$real uid=daemon"
passes unit-private-users 'allow tcp 443 uid=daemon cgroup=/system.slice/p.service'

# A program that starts another one need not be the one that binds.
unit_user() {
	printf '[Service]\n%s\n' "$@" > more/etc/systemd/system/p.service
}
unit_user "ExecStart=$real" User=bin
lints unit-user "allow tcp 443 exe=$real uid=daemon"
json "unit-user: a user cannot change" 'any("starts" in f["text"] and
	"as bin" in f["text"] and "change User=" in f["text"] for f in j)'
unit_user "ExecStart=$real -u daemon"
lints unit-user "allow tcp 443 exe=$real uid=daemon"
json "unit-user: root may, daemons differ" 'any("as root" in f["text"] and
	"right only if the daemon changes its user" in f["text"] for f in j)'
passes unit-user "allow tcp 443 exe=$real uid=root"
for prefix in + '!' '-!' '@+'; do
	unit_user "ExecStart=$prefix$real" User=daemon
	passes unit-user "allow tcp 443 exe=$real uid=root"
done
for prefix in - @ : '!!' '-:'; do
	unit_user "ExecStart=$prefix$real" User=daemon
	lints unit-user "allow tcp 443 exe=$real uid=root"
done
# The holder of the port counts more.
listen
python=$(readlink -f "/proc/$server/exe")
unit_user "ExecStart=$python" User=daemon
passes unit-user "allow tcp $port exe=$python uid=$(id -u)"
passes seen-user "allow tcp $port exe=$python uid=$(id -u)"
lints seen-user "allow tcp $port exe=$python uid=4242"
json "seen-user: as whom" 'any("(uid '"$(id -u)"'), seen now" in f["text"] for f in j)'
passes unit-user "allow tcp $port exe=$python uid=4242"
passes seen-user "allow udp $port exe=$python uid=4242"
kill "$server"
serve python3 -c 'import socket, time
kept = [socket.create_server(("127.0.0.1", 0)) for i in range(9)]
print("ready", flush=True)
time.sleep(600)'
echo "allow tcp any exe=$python uid=4242" > l.conf
finds seen-user 1
json "seen-user: once for the rule" 'sum(f["id"] == "seen-user" for f in j) == 1'
kill "$server"
listen
# Another program has the port: it binds, or hands on what it has bound.
echo "allow tcp $port exe=$real uid=daemon" > l.conf
finds seen-program 1
json "seen-program: which one" 'any(f["text"].startswith("'"$python"' has tcp/'"$port"' as")
	for f in j)'
passes seen-program "allow udp $port exe=$real uid=daemon"
printf '%s\n' "allow tcp $port exe=$real uid=daemon" \
	"allow tcp $port uid=$(id -u)" > l.conf
clean seen-program
kill "$server"

# What portacl recorded counts as well.
mkdir -p more/sys/kernel/security/portacl
observed=more/sys/kernel/security/portacl/observed
echo "exe=$real verified=1 uid=1 proto=tcp port=519 outcome=legacy count=1 taint=none" > $observed
lints seen-user "allow tcp 519 exe=$real uid=4242"
json "T32: seen-user: where it was seen" 'any("(uid 1), seen in `observed" in f["text"] for f in j)'
passes seen-user "allow tcp 519 exe=$real uid=1"
lints seen-program "allow tcp 519 exe=/usr/bin/id uid=4242"
echo "exe=$real verified=0 uid=1 proto=tcp port=519 outcome=legacy count=1 taint=none" > $observed
passes seen-user "allow tcp 519 exe=$real uid=4242"
rm -r more/sys

# A library that only LD_LIBRARY_PATH can name: another name of the same length.
python3 - "$real" more/needs <<'EOF'
import sys
text = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(text.replace(b"libc.so.6", b"libq.so.6"))
EOF
chmod 755 more/needs
if [ "$(od -An -j4 -N1 -tx1 "$real")" = ' 02' ] && [ -x /sbin/ldconfig ]; then
	needs="$PWD/more/needs"
	lints exe-library "allow tcp 80 exe=$needs uid=1"
	json "exe-library: what avoids it" 'any("libq.so.6" in f["text"] and
		"accept=env" in f["text"] and "launcher" in f["text"] for f in j)'
	passes exe-library "allow tcp 80 exe=$needs uid=1 accept=env"
	passes exe-library "deny tcp 80 exe=$needs"
	# A launcher counts for what it starts alone.
	image=/usr/lib/systemd/systemd-executor
	printf '%s\n' "launcher $real" "allow tcp 80 exe=$needs uid=1" > l.conf
	finds exe-library 1
	printf '%s\n' "launcher $image" "allow tcp 80 exe=$needs uid=1" > l.conf
	finds exe-library 1
	mkdir -p more/usr/lib/systemd
	cp "$real" more$image
	cp more/etc/systemd/system/p.service p.service
	unit_user "ExecStart=$needs" User=daemon
	clean exe-library
	mv p.service more/etc/systemd/system/p.service
	rm more$image
	passes exe-library "allow tcp 80 exe=$real uid=1"
	echo "allow tcp 80 exe=$needs uid=1 accept=writable" > l.conf
	gives "check says it, too" 0 "^warning: $needs needs libq.so.6, " check l.conf
	mkdir -p more/sys/kernel/security/portacl
	gives "T5, T29: and load" 0 "^warning: $needs needs libq.so.6, " load --dry-run l.conf
	rm -r more/sys
	gives "and explain" 0 "^  note +$needs needs libq.so.6, " \
		explain --file l.conf "$needs" 1 tcp/80
else
	skip "lint: exe-library" "needs 64-bit programs and ldconfig"
fi
# A rule also changes how other users run its program.
echo "allow tcp 80 exe=$real uid=1" > l.conf
gives "check: for whom AT_SECURE is set" 0 \
	"^note: if a user other than root executes $real, the loader ignores" check l.conf
gives "lint: as well" 0 \
	"^note: if a user other than root executes $real, the loader ignores" lint l.conf
gives "lint: and it is no finding" 0 '^nothing found' lint l.conf
gives "explain: as well" 0 \
	'^  note  *the rule makes the kernel execute the program with AT_SECURE: the loader ignores LD_LIBRARY_PATH' \
	explain --file l.conf "$real" 1 tcp/80
printf '%s\n' 'launcher /usr/bin/env' "allow tcp 80 exe=$real uid=1" > l.conf
gives "check: some launcher does not cover every program" 0 '^note: ' check l.conf
gives "explain: the launcher that executes it does" 0 . \
	explain --file l.conf "$real" 1 tcp/80 launcher="$(readlink -f /usr/bin/env)"
hides "explain: and nothing is said" AT_SECURE
for rule in "exe=/none uid=1" "exe=$PWD/more/needs uid=1"; do
	echo "allow tcp 80 $rule" > l.conf
	gives "check: $rule: the rule matches nobody" 0 'the rule matches nobody' check l.conf
	hides "check: and changes nothing" '^note:'
done
printf '%s\n' "allow tcp 80 exe=$real uid=1 accept=env" "allow tcp 81 exe=$real uid=1" > l.conf
gives "check: one rule without accept=env is enough" 0 '^note: ' check l.conf
echo "allow tcp 80 exe=$real uid=1 accept=env" > l.conf
run check l.conf
hides "check: not with accept=env" '^note:'
echo 'allow tcp 80 uid=1' > l.conf
run check l.conf
hides "check: nor without exe=" '^note:'
printf '#!/bin/sh\n' > more/script
chmod 755 more/script
echo "allow tcp 80 exe=$PWD/more/script uid=1 accept=writable" > l.conf
gives "check: a script" 0 \
	'^l.conf:1: warning: .* is a script: the kernel sees its interpreter /bin/sh: the rule matches nobody' \
	check l.conf
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
	mkdir -p more/nosuid
	echo "allow tcp 80 exe=$PWD/more/nosuid/true uid=1 accept=writable" > l.conf
	unshare -m sh -c 'mount -t tmpfs -o nosuid none more/nosuid &&
		cp /bin/true more/nosuid && exec "$0" check l.conf' "$ctl" > out 2> err
	grep -q 'warning: .* is on a nosuid mount.*: the rule matches nobody' err
	point $? "check: a nosuid mount"
else
	skip "check: a nosuid mount" "needs root and unshare"
fi

# R36
lints denies-everything 'deny any any'
printf 'version 1\ndeny any any\n' > l.conf
gives "R36: check says so" 0 '^l.conf:2: warning: denies everything, sshd too' check l.conf
printf 'allow tcp 22 uid=0\ndeny any any\n' > l.conf
run check l.conf
hides "R36: not if something is allowed" 'everything'
echo 'default deny' > l.conf
finds denies-everything None
gives "check says so" 0 '^default deny: warning: denies everything, sshd too' check l.conf
lints denies-everything 'deny any 1-32767
deny tcp 32768-65535
deny udp 30000-65535'
passes denies-everything 'deny tcp any'
passes denies-everything 'deny any 1-32767
deny any 32769-65535'
passes denies-everything 'default deny
allow tcp 22 exe=/usr/sbin/sshd uid=0'
passes denies-everything 'deny any 1-1023'
passes denies-everything 'deny any any cgroup=/user.slice'
unset PORTACLCTL_ROOT

# R39, with the list of services that every machine has.
if grep -q '^shell[[:space:]]*514/tcp[[:space:]]*cmd syslog' /etc/services &&
	grep -q '^biff[[:space:]]*512/udp[[:space:]]*comsat' /etc/services &&
	grep -q '^exec[[:space:]]*512/tcp' /etc/services; then
	# service RULE STATUS PATTERN
	service() {
		echo "$1" > s.conf
		gives "R39: $1" "$2" "$3" check --print s.conf
	}
	service 'allow udp syslog' 0 '^allow udp 514$'
	service 'allow tcp shell' 0 '^allow tcp 514$'
	service 'allow tcp cmd' 0 '^allow tcp 514$'
	service 'allow udp comsat' 0 '^allow udp 512$'
	service 'allow any domain' 0 '^allow any 53$'
	service 'allow tcp,udp domain' 0 '^allow tcp,udp 53$'
	service 'allow tcp biff' 1 "^s.conf:1:11: services.5. has no 'biff' for tcp"
	service 'allow any biff' 1 "^s.conf:1:11: 'biff' is not a tcp service"
	service 'allow tcp,udp exec' 1 "^s.conf:1:15: 'exec' is not a udp service"
else
	skip "R39: names of services" "/etc/services is another one"
fi
