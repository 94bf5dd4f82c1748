# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# lint: each finding has a policy that has it and one that has not.

echo "allow tcp 80 exe=$real uid=0" > l.conf
for id in exe-missing exe-symlink exe-not-file exe-not-executable exe-script \
	exe-writable exe-interpreter exe-loader exe-multicall exe-setuid any-user \
	everybody only-ephemeral uid-unknown gid-unknown shadowed \
	unit-no-new-privs unit-user; do
	clean "$id" 1
done
for prog in true script python3 busybox ld-linux.so setuid; do
	cp /bin/true "$prog"
done
printf '#!/bin/sh\n' > script
cp /bin/true plain
chmod -x plain
chmod u+s setuid
chmod 777 true
ln -sf true link
mkdir -p dir
cat > l.conf <<EOF
allow tcp 80 exe=$PWD/nowhere uid=0
allow tcp 81 exe=$PWD/link uid=0
allow tcp 82 exe=$PWD/dir uid=0
allow tcp 83 exe=$PWD/plain uid=0
allow tcp 84 exe=$PWD/script uid=0
allow tcp 85 exe=$PWD/true uid=0
allow tcp 86 exe=$PWD/python3 uid=0
allow tcp 87 exe=$PWD/ld-linux.so uid=0
allow tcp 88 exe=$PWD/busybox uid=0
allow tcp 89 exe=$PWD/setuid uid=0
allow tcp 90 exe=$real
allow tcp 91
allow tcp 32768-60999 uid=0 only
allow tcp 92 uid=3999999
allow tcp 93 gid=3999999
EOF
n=1
for id in exe-missing exe-symlink exe-not-file exe-not-executable exe-script \
	exe-writable exe-interpreter exe-loader exe-multicall exe-setuid any-user \
	everybody only-ephemeral uid-unknown gid-unknown; do
	finds "$id" $n
	n=$((n + 1))
done
gives "lint: the status is 1 if it finds something" 1 'l.conf:1: .*exe-missing' \
	lint l.conf

# R24: a program in a home directory, and a home that is mounted nosuid.
mkdir -p home
cp /bin/true home/caddy
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
	chown 1000 home home/caddy
	echo "allow tcp 80 exe=$PWD/home/caddy uid=1000 accept=writable" > l.conf
	unshare -m sh -c 'mount -t tmpfs -o nosuid none home &&
		cp /bin/true home/caddy && exec "$0" lint l.conf' "$ctl" > out 2> err
	grep -q '^l.conf:1: exe=.*/caddy is on a nosuid mount.*: the rule matches nobody .exe-nosuid.' out
	point $? "R24: a nosuid mount"
	hides "R24: accept=writable does not concern it" exe-writable.*nobody
	echo "allow tcp 80 exe=$PWD/home/caddy uid=1000" > l.conf
	gives "R24: suid, but the user's" 1 \
		'^l.conf:1: exe=.*/caddy can be replaced by users other than root: .*: the rule matches nobody .exe-writable.' \
		lint l.conf
	hides "R24: that is another text" nosuid
else
	skip "R24" "needs root and unshare"
fi

# Each rule is judged by what it accepts, not by the first one of its program.
cat > l.conf <<EOF
allow tcp 80 exe=$PWD/true uid=0 accept=writable
deny tcp 81 exe=$PWD/true
allow tcp 82 exe=$PWD/true uid=0
EOF
finds exe-writable 3
clean exe-writable 2
run check l.conf
grep -q '^l.conf:3: .*: the rule matches nobody' err &&
	[ "$(grep -c 'matches nobody' err)" = 1 ]
point $? "check: the third rule of a program matches nobody, the first one does"

# named NAME: a program that runs what it is told, whatever its version is.
named() {
	cp /bin/true "$PWD/dir/$1"
	echo "allow tcp 80 exe=$PWD/dir/$1 uid=0" > l.conf
	finds "$2" 1
}
for prog in nc.openbsd nc.traditional mono-sgen php-cgi8.2 python3-dbg \
	python3.11 beam.smp qemu-x86_64 gdbserver R; do
	named "$prog" exe-interpreter
done
named busybox.static exe-multicall
for prog in nginx ncftp shadowd Rserve; do
	cp /bin/true "$PWD/dir/$prog"
	echo "allow tcp 80 exe=$PWD/dir/$prog uid=0" > l.conf
	clean "exe-interpreter: $prog"
done

# shadow FIRST SECOND: is the second rule never reached?
shadow() {
	printf '%s\n' "$1" "$2" > l.conf
	finds shadowed 2
}
free() {
	printf '%s\n' "$1" "$2" > l.conf
	clean "shadowed: $1 / $2"
}
shadow 'deny tcp 1-1023' "allow tcp 80 exe=$real uid=0"
free 'deny tcp 1-1023' 'allow tcp 80,8080 uid=0'
free 'deny tcp 80' 'allow tcp,udp 80 uid=0'
shadow 'allow any 80 uid=0-99' 'deny tcp 80 uid=5-7,9'
free 'allow any 80 uid=0-99' 'deny tcp 80 uid=5-7,900'
free 'allow any 80 uid=0-99' 'deny tcp 80'
free "allow tcp 80 exe=$real uid=0" 'allow tcp 80 uid=0'
free "allow tcp 80 exe=$real uid=0" "deny tcp 80 exe=$real uid=0"
shadow "allow tcp 80 exe=$real uid=0" "allow tcp 80 exe=$real uid=0"
free "allow tcp 80 exe=$real uid=0" "allow tcp 80 exe=$real uid=0 accept=nnp"
free 'deny tcp 80' 'deny tcp 80 net=any'
shadow 'deny tcp 80 net=any' 'deny tcp 80'
shadow 'allow tcp 80 uid=0 addr=10.0.0.0/8' 'allow tcp 80 uid=0 addr=10.1.0.0/16'
free 'allow tcp 80 uid=0 addr=10.0.0.0/8' 'deny tcp 80 uid=0 addr=10.1.0.0/16'
free 'allow tcp 80 uid=0 addr=::/0' 'allow tcp 80 uid=0 addr=10.1.0.0/16'
shadow 'deny tcp 80 addr=::/0' 'deny tcp 80 addr=::1'
shadow 'deny tcp 80 cgroup=/a' 'allow tcp 80 uid=0 cgroup=/a/b'
free 'deny tcp 80 cgroup=/a' 'allow tcp 80 uid=0 cgroup=/ab'
free 'deny tcp 80 launch=root' 'allow tcp 80 uid=0'

# Several rules together may match all of a later one.
cat > l.conf <<EOF
deny tcp 1-500
deny tcp,udp 501-1023 net=any
allow tcp 80,600 exe=$real uid=0
allow tcp 80,600,2000 exe=$real uid=0
allow tcp,udp 600 uid=0
allow tcp,udp 80 uid=0
deny udp 80 uid=0
EOF
finds shadowed 3
json "lint: the rules that do" "any('rules 1, 2 come first' in f['text']
	for f in j)"
clean shadowed 4
finds shadowed 5
clean shadowed 6
cat > l.conf <<EOF
deny tcp 1-500 uid=0
deny tcp 502-1023 uid=0
allow tcp 1-1023 uid=0
EOF
clean "shadowed: a gap" 3
# Rules are found by the names in them, whatever their number is.
python3 - > l.conf <<EOF
for n in range(3000):
    print("allow tcp %d exe=/opt/p/%d uid=%d" % (n % 60000 + 1, n, n % 5000))
print("deny tcp 7 exe=/opt/p/2999")
print("allow tcp 7 exe=/opt/p/2999 uid=3")
EOF
run check l.conf
grep -q '^[0-9]* more rules match nobody' err
point $? "check: at most twenty rules are shown"
"$ctl" lint l.conf > out 2> err
grep -q '^l.conf:3002: never reached: rule 3001 comes' out
point $? "lint: a shadowed rule behind thousands"
hides "lint: none was left out" 'not-searched'

# Rules with the same text share a finding; of one kind few texts are shown.
python3 - > l.conf <<EOF
for n in range(3000):
    print("allow tcp %d" % (n + 1))
for n in range(3000):
    print("allow tcp %d exe=/opt/p/%d uid=0" % (n + 10000, n))
EOF
gives "lint: the same is said once" 1 '^l.conf:1: opens the port to everybody' \
	lint l.conf
grep -qx '    also 2999 more rules: l.conf:2, l.conf:3, l.conf:4, l.conf:5, l.conf:6, ...' out
point $? "lint: and names the first lines"
[ "$(grep -c 'does not exist.*exe-missing' out)" = 10 ] &&
	grep -qx 'l.conf:3011: 2990 more rules with a finding of this kind .exe-missing.' out
point $? "lint: of one kind ten texts are shown"
run lint --json l.conf
json "lint: as JSON all rules are named" "any(f['id'] == 'everybody' and
	f['rules'] == list(range(1, 3001)) for f in j)"
json "lint: the further ones, too" "any(f['id'] == 'exe-missing' and
	f['rules'] == list(range(3011, 6001)) and f['rule'] == 3011 for f in j)"
# Rules are compared by all that they name: these have nothing in common.
python3 - > l.conf <<EOF
for n in range(20000):
    print("allow tcp 80 gid=%d addr=10.0.%d.%d cgroup=/a/%d" %
          (n, n // 256, n % 256, n))
print("allow tcp 80 gid=7 addr=10.0.0.7/32 cgroup=/a/7/b")
EOF
"$ctl" lint l.conf > out 2> err
grep -q '^l.conf:20001: never reached: rule 8 comes' out
point $? "lint: found by its group, address and cgroup"
hides "lint: all of them were compared" 'not-searched'

# only-ephemeral is said once of a rule.
echo 'allow tcp 33000,34000,35000 uid=0 only' > l.conf
run lint --json l.conf
json "lint: only-ephemeral once" \
	"len([f for f in j if f['id'] == 'only-ephemeral']) == 1"

echo 'allow tcp 80 uid=0 accept=nnp' > l.conf
if "$ctl" check l.conf > out 2> err; then
	finds accept-without-exe 1
else
	skip "lint: accept-without-exe" "the parser refuses it"
fi
echo "allow tcp 80 exe=$real uid=0 accept=nnp" > l.conf
clean accept-without-exe

# Units, in a root directory of their own; the programs are the machine's.
mkdir -p root/etc/systemd/system
cat > root/etc/systemd/system/x.service <<EOF
[Service]
ExecStart=$real
User=daemon
NoNewPrivileges=yes
EOF
export PORTACLCTL_ROOT="$PWD/root"
echo "allow tcp 80 exe=$real uid=daemon" > l.conf
finds unit-no-new-privs 1
echo "allow tcp 80 exe=$real uid=daemon accept=nnp" > l.conf
clean unit-no-new-privs
clean unit-nosuid
echo "allow tcp 80 exe=$real uid=root" > l.conf
finds unit-user 1
# Mounts that systemd makes for a service are nosuid: is the program there?
x_service=$(cat root/etc/systemd/system/x.service)
mounts() {
	printf '%s\n' "$x_service" "$@" > root/etc/systemd/system/x.service
}
echo "allow tcp 80 exe=$real uid=daemon accept=nnp" > l.conf
for setting in PrivateTmp=yes ProtectHome=yes ProtectSystem=no \
	"BindPaths=/usr:/mnt" 'ReadOnlyPaths=/usr/bin/env2 /us'; do
	mounts "$setting"
	clean "unit-nosuid: $setting"
done
mounts ReadOnlyPaths=/usr ReadOnlyPaths= ProtectSystem=yes ProtectSystem=no
clean "unit-nosuid: taken back"
mounts NoNewPrivileges=no ProtectSystem=yes LockPersonality=yes
clean "unit-nosuid: implied no_new_privs"
for setting in ProtectSystem=full ProtectSystem=strict DynamicUser=yes \
	"BindPaths=/mnt:/usr/:rbind" 'ReadOnlyPaths=/srv -/usr'; do
	mounts "$setting"
	finds unit-nosuid 1
	json "unit-nosuid: ${setting%%=*}= is named" \
		"any('(${setting%%=*}= ' in f['text'] for f in j)"
done
echo "allow tcp 80 uid=daemon cgroup=/system.slice/x.service" > l.conf
clean unit-nosuid
unset PORTACLCTL_ROOT

chmod 666 l.conf
finds file-writable None
chmod 600 l.conf
if [ "$(id -u)" = 0 ]; then
	clean file-writable
else
	skip "lint: no file-writable" "needs root to own the file"
fi

listen
echo "deny tcp $port" > l.conf
finds lockout None
echo "deny udp $port" > l.conf
clean lockout
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	echo "deny tcp $port" > l.conf
	setpriv --reuid 65534 --clear-groups "$ctl" lint - \
		< l.conf > out 2> err
	[ "$(grep -c 'warning: not checked: .* whose process only root can see' err)" = 1 ]
	point $? "lint: users other than root are told what they do not see"
else
	skip "lint: users other than root" "needs root and setpriv"
fi
kill "$server"

# sshd, as it says itself; in a root directory of its own.
export PORTACLCTL_ROOT="$PWD/ssh"
mkdir -p ssh/usr/sbin ssh/etc/ssh ssh/etc/systemd/system
# listens NAME PLACE...: what a policy that denies all says of sshd
echo 'deny tcp 1-65535 exe=/usr/sbin/sshd' > l.conf
listens() {
	name=$1
	shift
	run lint --json l.conf
	[ "$status" = 1 ] && python3 -c 'import json, sys
print(*(f["text"].split("tcp/")[1].split(":  deny")[0].split(": deny")[0]
	for f in json.load(open("out")) if f["text"].startswith("sshd could")),
	sep="\n")' | sort > places
	printf '%s\n' "$@" | sort | diff - places > diff.out
	rc=$?
	cat diff.out >> err
	point $rc "sshd: $name"
}
printf '#!/bin/sh\n[ "$*" = -T ] && cat %s\n' "$PWD/ssh/says" > ssh/usr/sbin/sshd
chmod 755 ssh/usr/sbin/sshd
cat > ssh/says <<'EOF'
port 2222
addressfamily any
listenaddress 10.0.0.1:2222
listenaddress 10.0.0.2:2224 rdomain blue
listenaddress [::1]:2225
listenaddress [::]:2226
listenaddress host.example:2227
listenaddress 10.0.0.3:99999
EOF
listens "all addresses that it names" '2222 addr=10.0.0.1' \
	'2224 addr=10.0.0.2' '2225 addr=::1' 2226 2227
rm ssh/says
echo 'Port 2222' > ssh/etc/ssh/sshd_config
listens "what it does not tell is not known" ''
grep -q 'not checked: the ports at which sshd will listen: .sshd -T. fails' err
point $? "sshd: and lint says so"
printf '%s\n' 'port 2300' 'listenaddress 0.0.0.0:2300' > ssh/says
listens "what sshd -T says" 2300
echo 'deny any any cgroup=/system.slice/worker.service' > l.conf
clean "lockout: another cgroup is denied"
printf '[Service]\nSlice=a.slice\n' > ssh/etc/systemd/system/ssh.service
echo 'allow tcp 2300 exe=/usr/sbin/sshd uid=0 cgroup=/a.slice/ssh.service only' \
	> l.conf
clean "lockout: sshd's cgroup"
echo 'allow tcp 2300 exe=/usr/sbin/sshd uid=0 cgroup=/b.slice only' > l.conf
finds lockout None
printf '[Socket]\nListenStream=2301\nListenStream=[::]:2302\n' \
	> ssh/etc/systemd/system/ssh.socket
finds lockout None
mkdir ssh/etc/systemd/system/sockets.target.wants
ln -s /nowhere ssh/etc/systemd/system/sockets.target.wants/ssh.socket
clean "lockout: the socket is systemd's"
echo 'deny tcp 2302 exe=/usr/lib/systemd/systemd' > l.conf
finds lockout None
unset PORTACLCTL_ROOT

# Each id is in the manual.
for id in everybody shadowed launcher lockout bindresvport \
	$(grep -ohE '"[a-z]+(-[a-z]+)+"' "$src"/lint/*.c "$src"/policy/exe.c | tr -d '"'); do
	grep -Eq "(^|[ ,])$id([,.]|\$)" "$src/man/portaclctl.8" || echo "$id"
done > out
[ ! -s out ]
point $? "lint: the manual has each id"
