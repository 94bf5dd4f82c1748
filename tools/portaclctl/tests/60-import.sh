# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# import, of each kind.

gives "import: nothing" 2 '--systemd, --mac-portacl or --setcap expected' import
run import --mac-portacl 'uid:1:tcp:80,gid:1:udp:53,uid:99999:tcp:81'
cp out imported
cat > want <<'EOF'
allow tcp 80 uid=1
allow udp 53 gid=1
allow tcp 81 uid=99999
EOF
grep -v '^#' imported > out
same "import --mac-portacl: numbers stay numbers" want
cp imported out
gives "and what it prints can be loaded" 0 'ok: 1 file, 3 rules' check imported
gives "R34: gdnsd's rules" 0 '^allow tcp 53 uid=1234$' \
	import --mac-portacl 'uid:1234:udp:53,uid:1234:tcp:53'
[ "$(grep -c '^allow' out)" = 2 ]
point $? "R34: two ports"
run import --mac-portacl 'uid:999:tcp:25,uid:999:tcp:587,uid:999:tcp:465'
[ "$status" = 0 ] && [ "$(grep -c '^allow tcp [0-9]* uid=999$' out)" = 3 ]
point $? "R34: vSMTP's rules: three ports"
# bad RULES COLUMN REASON: all or nothing
bad() {
	gives "R34: $1" 2 "^rules:1:$2: $3" import --mac-portacl "$1"
	[ ! -s out ]
	point $? "R34: nothing is written"
}
bad 'uid::tcp:80' 1 'not idtype'
bad 'uid:1:tcp:80,uid:80:tcp:65616' 14 'the port is not a number up to 65535'
bad 'gid:0:sctp:53' 1 'the protocol is neither'
bad 'uid:1:tcp:80, uid:1:tcp:81' 14 'the id is neither'
bad 'x:' 1 'not idtype'
cat > sysctl.conf <<'EOF'
# mac_portacl
kern.ipc.somaxconn=1024
security.mac.portacl.rules=uid:1:tcp:7
  security.mac.portacl.rules = "uid:80:tcp:80,,uid:80:tcp:x" # quoted
EOF
gives "a file in the current directory" 2 'sysctl.conf:4:48: ' \
	import --mac-portacl sysctl.conf
gives "a file that is not there" 2 'rules.conf: No such file' \
	import --mac-portacl rules.conf
gives "a file of sysctl settings: the place of an error" 2 \
	'sysctl.conf:4:48: the port is not a number' \
	import --mac-portacl "$PWD/sysctl.conf"
sed -i 's/tcp:x/tcp:0/' sysctl.conf
run import --mac-portacl "$(cat sysctl.conf)"
grep -v '^#' out > rules
cp out imported
echo 'allow tcp 80 uid=80' | diff - rules > err && [ "$status" = 0 ] &&
	grep -q '^# uid:80:tcp:0: port 0' imported
point $? "settings as an argument: the last one counts, port 0 is a comment"
gives "the empty string is no rule" 0 '^# security.mac.portacl.rules' \
	import --mac-portacl ''
[ "$(grep -vc '^#' out)" = 0 ]
point $? "and leaves Linux' own rule alone"
gives "suser_exempt=0: root is denied, too" 0 '^deny any 1-1023$' \
	import --mac-portacl '' --suser-exempt 0
gives "port_high above 1023: all but root are denied" 0 \
	'^deny any 1024-2000 uid=1-4294967294$' \
	import --mac-portacl 'uid:0:tcp:80' --port-high 2000
gives "what was inert there is a comment" 0 \
	'^# uid:80:tcp:8080: above port_high' \
	import --mac-portacl 'uid:80:tcp:8080'
gives "so it is while reservedhigh stands in its way" 0 \
	'^# uid:80:tcp:80: the port stays reserved' import --mac-portacl \
	'security.mac.portacl.rules=uid:80:tcp:80
net.inet.ip.portrange.reservedhigh=1023'
gives "options of another import" 2 'are for --mac-portacl' \
	import --authbind --port-high 9
mkdir empty
/usr/bin/python3 "$here/mac_portacl_test.py" "$ctl" "$PWD/empty" > out 2> err
point $? "import --mac-portacl and a model of FreeBSD agree"
grep '^# ' out

# As for a system that does not run here: its own users, no /proc for the leak
# checker.
other_root() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run "$@" --root "$PWD/root"
	ASAN_OPTIONS=${ASAN_OPTIONS%:detect_leaks=0}
}
mkdir -p root/etc/authbind/byport root/etc/authbind/byaddr root/etc/authbind/byuid
cd root/etc/authbind || exit 1
for name in byport/80 byport/'!600' byport/81 byport/700 byport/82 \
	byaddr/127.0.0.1,83 byaddr/::1,84 byaddr/0.0.0.0:85 byaddr/x,86 byaddr/::0,87; do
	: > "$name"
	chmod 755 "$name"
done
chmod 644 byport/82
chmod 750 byport/81
cat > byuid/2 <<'EOF'
0.0.0.0/0:1,1023
::/0,80
0.0.0.0/0,53-53
0.0.0.0/0,443
::/0,443
EOF
for name in '!514' '!631'; do
	: > "byport/$name"
	chmod 755 "byport/$name"
done
cat > byuid/!1 <<'EOF'
0.0.0.0/0:1,1023
EOF
cat > byuid/1 <<'EOF'
# a comment
0.0.0.0/32:1,1023
10.0.0.1/8,80
::1/1,80
[::0]:80
::0/0,89
10.0.0.0/8,90-99
::/0,443
0.0.0.0/0:100,110
10.0.0.1-10.0.0.9,80
::/0 uid=0,444
EOF
cd "$tmp" || exit 1
cat > root/etc/passwd <<'EOF'
root:x:0:0::/:/bin/sh
daemon:x:1:1::/:/bin/sh
tomcat:x:2:2::/:/bin/sh
EOF
echo 'daemon:x:1:' > root/etc/group
if [ "$(id -u)" = 0 ]; then
	chown daemon:daemon root/etc/authbind/byport/81
	other_root import --authbind
	cp out imported
	grep -v '^#' imported | sed 's/ *#.*//' > out
	cat > want <<'EOF'
allow tcp,udp 600
allow tcp,udp 514
allow tcp,udp 631
allow tcp,udp 80
allow tcp,udp 81 uid=daemon
allow tcp,udp 81 gid=daemon
allow tcp,udp 83 addr=127.0.0.1
allow tcp,udp 84 addr=::1
allow tcp,udp 1-79,84,86-511 uid=tomcat addr=0.0.0.0/0
allow tcp,udp 53 uid=tomcat addr=0.0.0.0/0
allow tcp,udp 443 uid=tomcat addr=0.0.0.0/0,::/0
allow tcp,udp 512-513,515-599,601-630,632-1023 uid=daemon addr=0.0.0.0/0
allow tcp,udp 89 uid=daemon addr=::/0
allow tcp,udp 443 uid=daemon addr=::/0
allow tcp,udp 90-99 uid=daemon addr=10.0.0.0/8
allow tcp,udp 100-110 uid=daemon addr=0.0.0.0/0
EOF
	sort out -o out
	sort want -o want
	same "import --authbind" want
	cp imported out
	for what in byport/700: byport/82: byaddr/x,86: byaddr/0.0.0.0:85: \
		byaddr/::0,87: byuid/1:.10.0.0.1-10.0.0.9,80: \
		byuid/1:.::/0.uid=0,444: byuid/1:.0.0.0.0/32:1,1023: \
		byuid/1:.10.0.0.1/8,80: byuid/1:.::1/1,80: \
		byuid/1:.[[]::0]:80: byuid/2:.::/0,80:; do
		grep -q "^# not translated: /etc/authbind/$what" out
		point $? "import --authbind leaves out $what"
	done
	sed 's/=tomcat/=2/' imported > numbers
	gives "and what it prints can be loaded" 0 'ok: 1 file, 16 rules' \
		check numbers
	cat > r33.conf <<'EOF'
allow tcp,udp 443 uid=bin addr=0.0.0.0/0
allow tcp,udp 444 uid=bin addr=0.0.0.0/0
allow tcp,udp 444 uid=bin addr=0.0.0.0/0,::/0
EOF
	gives "R33: a line for IPv4 does not cover ::" 0 '^legacy reason="address' \
		test --file r33.conf tcp/443 uid=bin addr=::
	gives "R33: nor is it needed for a mapped address" 0 '^allow' \
		test --file r33.conf tcp/443 uid=bin addr=::ffff:127.0.0.1
	gives "R33: both families do" 0 '^allow' \
		test --file r33.conf tcp/444 uid=bin addr=::
else
	skip "import --authbind" "needs root to make files of other users"
fi
if ! command -v authbind > /dev/null; then
	skip "import --authbind and authbind agree" "needs authbind"
elif ! unshare -mn true 2> /dev/null; then
	skip "import --authbind and authbind agree" "needs namespaces of its own"
else
	unshare -mn sh -c 'mount -t tmpfs -o mode=755 none /etc/authbind &&
		ip link set lo up && exec "$@"' sh \
		/usr/bin/python3 "$here/authbind_test.py" "$ctl" "$PWD" \
		> out 2> err
	point $? "import --authbind and authbind agree"
	grep '^# (' out
fi

mkdir -p root/etc/systemd/system/web.service.d root/usr/lib/systemd/system
cd root/usr/lib/systemd/system || exit 1
cat > web.service <<'EOF'
[Service]
ExecStart=-/opt/web --port \
	80
User=daemon
AmbientCapabilities=CAP_CHOWN CAP_NET_BIND_SERVICE
EOF
cat > plain.service <<'EOF'
[Service]
ExecStart=/opt/plain
EOF
cat > hidden.service <<'EOF'
[Service]
ExecStart=/opt/hidden
AmbientCapabilities=CAP_NET_BIND_SERVICE
EOF
cat > templ@.service <<'EOF'
[Service]
ExecStart=/opt/templ
AmbientCapabilities=CAP_NET_BIND_SERVICE
EOF
# unit NAME SETTING...: a service that binds, as daemon unless it says more
unit() {
	name=$1
	shift
	printf '[Service]\nExecStart=/opt/%s\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n' \
		"$name" > "$name.service"
	printf '%s\n' "$@" >> "$name.service"
}
unit dynamic DynamicUser=yes
unit filter User=daemon SystemCallFilter=@system-service NoNewPrivileges=no
unit nosuid User=daemon NoNewPrivileges=yes ProtectSystem=strict
unit suid User=daemon NoNewPrivileges=yes PrivateTmp=yes ProtectSystem=strict \
	ProtectSystem=full
unit tmp User=daemon PrivateTmp=yes ProtectSystem=full
unit slice User=daemon Slice=my-own.slice
unit jail User=daemon RootDirectory=/srv/jail
unit nobody User=nobody-at-all
unit private User=daemon PrivateUsers=yes
printf '[Service]\nSocketBindDeny=any\n' > sandbox.service
printf '[Service]\nSocketBindDeny=ipv4:tcp:1-1023\nSocketBindDeny=80 uid=0\n' > sandbox4.service
printf '[Service]\nSocketBindDeny=any\nSocketBindAllow=ipv4:tcp:9092\n' > both.service
printf '[Service]\nSocketBindDeny=tcp:1-1023\nSocketBindDeny=udp:1-1023\nSocketBindAllow=80\n' > web2.service
unit dnsdist@ User=daemon
unit my-own@ User=%i
unit sliced@ User=daemon Slice=web.slice
unit unbound User=daemon CapabilityBoundingSet=CAP_CHOWN
unit hides User=daemon AmbientCapabilities= AmbientCapabilities=~CAP_CHOWN
unit lost User=daemon AmbientCapabilities=~CAP_NET_BIND_SERVICE
printf '[Unit]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n[Service]\nUser=daemon\n' > section.service
unit vendor User=daemon
unit masked User=daemon
mkdir vendor.service.d
printf '[Service]\nUser=root\n' > vendor.service.d/50-vendor.conf
printf '[Service]\nUser=root\n' > vendor.service.d/60-hidden.conf
printf '[Socket]\nListenStream=2905\nSocketProtocol=sctp\n' > m3ua.socket
cat > web.socket <<'EOF'
[Socket]
ListenStream=80
ListenStream=127.0.0.1:81
ListenStream=[::1]:82
ListenStream=/run/web.sock
ListenStream=@web
ListenStream=vsock:2:1234
ListenStream=80
ListenStream=[::0]:80
ListenStream=some.host:83
ListenDatagram=53
EOF
cd "$tmp" || exit 1
ln -s /usr/lib/systemd/system/web.service root/etc/systemd/system/alias.service
ln -s /dev/null root/etc/systemd/system/masked.service
mkdir root/etc/systemd/system/vendor.service.d
ln -s /dev/null root/etc/systemd/system/vendor.service.d/60-hidden.conf
printf '[Service]\nUser=tomcat\n' \
	> root/etc/systemd/system/vendor.service.d/10-local.conf
echo '[Service]
PrivateDevices=yes' > root/etc/systemd/system/web.service.d/10-x.conf
: > root/etc/systemd/system/hidden.service
other_root import --systemd
cp out imported
grep -v '^#' imported | sed 's/ *#.*//' | sort > out
cat > want <<'EOF'
allow any 1-1023 cgroup=/system.slice/dynamic.service
allow any 1-1023 uid=daemon cgroup=/my.slice/my-own.slice/slice.service
allow any 1-1023 uid=daemon cgroup=/system.slice/filter.service
allow any 1-1023 uid=daemon cgroup=/system.slice/hides.service
allow any 1-1023 uid=daemon cgroup=/system.slice/jail.service
allow any 1-1023 uid=daemon cgroup=/system.slice/nosuid.service
allow any 1-1023 uid=daemon cgroup=/system.slice/private.service
allow any 1-1023 uid=daemon cgroup=/system.slice/suid.service
allow any 1-1023 uid=daemon cgroup=/system.slice/system-dnsdist.slice
allow any 1-1023 uid=daemon cgroup=/system.slice/tmp.service
allow any 1-1023 uid=daemon cgroup=/system.slice/web.service
allow any 1-1023 uid=root cgroup=/system.slice/system-templ.slice
allow any 1-1023 uid=root cgroup=/system.slice/vendor.service
allow sctp 2905 exe=/usr/lib/systemd/systemd uid=root
allow tcp 80 exe=/usr/lib/systemd/systemd uid=root
allow tcp 81 exe=/usr/lib/systemd/systemd uid=root addr=127.0.0.1
allow tcp 82 exe=/usr/lib/systemd/systemd uid=root addr=::1
allow udp 53 exe=/usr/lib/systemd/systemd uid=root
deny any any cgroup=/system.slice/sandbox.service
deny sctp,udplite,dccp any cgroup=/system.slice/both.service
deny tcp 1-1023 cgroup=/system.slice/sandbox4.service addr=0.0.0.0/0
deny tcp 1-9091,9093-65535 cgroup=/system.slice/both.service
deny tcp 9092 cgroup=/system.slice/both.service addr=::/0
deny tcp,udp 1-79,81-1023 cgroup=/system.slice/web2.service
deny udp any cgroup=/system.slice/both.service
EOF
sort want -o want
same "R37: import --systemd, sctp too" want
cp imported out
grep -q '^# not translated: my-own@.service: User=%i: it differs' out &&
	grep -q '^# not translated: sliced@.service: Slice=web.slice' out &&
	grep -q '^# not translated: sandbox4.service: SocketBindDeny=80 uid=0' out
point $? "import --systemd says what it leaves out"
grep -q '^# without exe=: that needs a line .launcher ' out &&
	grep -q '^# without exe=: in the user namespace of PrivateUsers=' out &&
	grep -q '^# without uid=: because of DynamicUser=' out
point $? "R12: import --systemd says why there is no exe= and no uid="
grep -q '^# without exe=: because of ProtectSystem=' out &&
	grep -q '^# not translated: nobody.service: User=nobody-at-all' out &&
	grep -q '^# not translated: web.socket: ListenStream=some.host:83' out
point $? "import --systemd: nosuid, unknown users, names of hosts"
for listen in /run/web.sock @web vsock:2:1234; do
	[ "$(grep -c "^# web.socket: ListenStream=$listen has no port" out)" = 1 ]
	point $? "import --systemd: $listen is a comment"
done
grep -q '^# as the files of the units say: systemd does not run there' out
point $? "import --systemd says that systemd was not asked"
sed 's/=tomcat/=2/' imported > numbers
gives "and what it prints can be loaded" 0 'ok: 1 file, 25 rules' check numbers
if command -v systemd-analyze > /dev/null && [ "$(id -u)" = 0 ]; then
	mkdir trees
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 \
		/usr/bin/python3 "$here/units_test.py" "$ctl" "$PWD/trees" \
		> out 2> err
	point $? "import --systemd reads the files of units in systemd's order"
	grep '^# seed' out
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 \
		/usr/bin/python3 "$here/real_units_test.py" "$ctl" \
		"$here/units" "$PWD" > out 2> err
	point $? "import --systemd of Debian's units: users, slices and ports are systemd's, lint finds nothing"
	grep '^# [0-9]' out
else
	skip "import --systemd: files, users, slices and ports are systemd's" \
		"needs root and systemd-analyze"
fi

# The output of systemctl 252: Id= comes last, and a colon is missing.
mkdir -p running/run/systemd/system running/usr/bin
cat > running/usr/bin/systemctl <<'EOF'
#!/bin/sh
case "$*" in
*list-unit-files*)
	printf '%s\n' 'dns@.service static -' 'sb.service enabled enabled' \
		'a.service alias -' 'm.service masked -' 'rpc.socket static -'
	;;
*'dns@portacl.service sb.service rpc.socket '*)
	cat <<'END'
ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c true ; ignore_errors=no ; pid=0 }
ExecStartEx={ path=/bin/sh ; argv[]=/bin/sh -c true ; flags=ignore-failure ; pid=0 }
Slice=system-dns.slice
RootDirectory=
CapabilityBoundingSet=cap_net_bind_service cap_chown
AmbientCapabilities=cap_net_bind_service
User=daemon
DynamicUser=no
NoNewPrivileges=no
RestrictAddressFamilies=~
LoadState=loaded
Id=dns@portacl.service

Slice=system.slice
SocketBindAllow=80
SocketBindDeny=ipv4:tcp1-1023
SocketBindDeny=udp
LoadState=loaded
Id=sb.service

Listen=/run/rpcbind.sock (Stream)
Listen=0.0.0.0:111 (Stream)
Listen=[::]:111 (Datagram)
LoadState=loaded
Id=rpc.socket

AmbientCapabilities=cap_net_bind_service
User=daemon
LoadState=not-found
Id=gone.service

AmbientCapabilities=cap_net_bind_service
User=daemon
Slice=system-dns.slice
LoadState=loaded
Id=dns@other.service
END
	;;
esac
EOF
chmod 755 running/usr/bin/systemctl
PORTACLCTL_ROOT=$PWD/running
export PORTACLCTL_ROOT
run import --systemd
unset PORTACLCTL_ROOT
grep -q '^# as systemctl shows the units' out
point $? "import --systemd asks systemctl where systemd runs"
cp out imported
cat > want <<'EOF'
allow any 1-1023 uid=daemon cgroup=/system.slice/system-dns.slice
deny tcp 1-79,81-1023 cgroup=/system.slice/sb.service addr=0.0.0.0/0
deny udp 1-79,81-65535 cgroup=/system.slice/sb.service
allow tcp 111 exe=/usr/lib/systemd/systemd uid=root
allow udp 111 exe=/usr/lib/systemd/systemd uid=root
EOF
grep -v '^#' imported > out
same "import --systemd reads what systemctl shows" want

# One that fails has not told everything.
echo 'exit 1' >> running/usr/bin/systemctl
PORTACLCTL_ROOT=$PWD/running
export PORTACLCTL_ROOT
gives "import --systemd: systemctl fails" 0 \
	'^# as the files of the units say: systemctl does not answer' import --systemd
unset PORTACLCTL_ROOT

# Beside a launcher, which root's service manager is, programs are known.
echo 'launcher /usr/lib/systemd/systemd-executor' > root/etc/portacl.conf
other_root import --systemd
cp out imported
grep '^allow any' imported | sort > out
cat > want <<'EOF'
allow any 1-1023 cgroup=/system.slice/dynamic.service
allow any 1-1023 exe=/opt/dnsdist@ uid=daemon cgroup=/system.slice/system-dnsdist.slice
allow any 1-1023 exe=/opt/filter uid=daemon cgroup=/system.slice/filter.service
allow any 1-1023 exe=/opt/hides uid=daemon cgroup=/system.slice/hides.service
allow any 1-1023 exe=/opt/jail uid=daemon cgroup=/system.slice/jail.service accept=chroot
allow any 1-1023 exe=/opt/slice uid=daemon cgroup=/my.slice/my-own.slice/slice.service
allow any 1-1023 exe=/opt/suid uid=daemon cgroup=/system.slice/suid.service
allow any 1-1023 exe=/opt/tmp uid=daemon cgroup=/system.slice/tmp.service
allow any 1-1023 exe=/opt/templ uid=root cgroup=/system.slice/system-templ.slice
allow any 1-1023 exe=/opt/vendor uid=root cgroup=/system.slice/vendor.service
allow any 1-1023 exe=/opt/web uid=daemon cgroup=/system.slice/web.service
allow any 1-1023 uid=daemon cgroup=/system.slice/nosuid.service
allow any 1-1023 uid=daemon cgroup=/system.slice/private.service
EOF
sort want -o want
same "import --systemd beside a launcher" want
# Another one than this systemd's executes nothing.
echo 'launcher /usr/lib/systemd/systemd' > root/etc/portacl.conf
other_root import --systemd
grep -q '^# without exe=: .*launcher /usr/lib/systemd/systemd-executor' out
point $? "import --systemd beside the launcher of another systemd"
rm root/etc/portacl.conf

if [ "$(id -u)" = 0 ] && command -v setcap > /dev/null; then
	mkdir -p root/opt
	for name in all group 'odd *' both; do
		cp /bin/true "root/opt/$name"
		setcap cap_net_bind_service=ep "root/opt/$name"
	done
	chown daemon:daemon root/opt/group
	chmod 750 root/opt/group
	setcap cap_net_bind_service=ep root/opt/group
	setcap cap_net_bind_service,cap_net_raw=ep root/opt/both
	# Everybody can name a file and give it such a capability.
	evil="$(printf 'x\nallow tcp 22 uid=1000 #')"
	mkdir "root/opt/$evil"
	for name in "$evil 2" "$evil/run"; do
		cp /bin/true "root/opt/$name"
		setcap -n 1000 cap_net_bind_service=ep "root/opt/$name"
	done
	cp /bin/true "root/opt/$(printf 'y\nallow tcp 23 #')"
	setcap cap_net_bind_service=ep "root/opt/$(printf 'y\nallow tcp 23 #')"
	other_root import --setcap
	cp out imported
	grep -v '^#' imported | sort > out
	cat > want <<'EOF'
allow any 1-1023 exe=/opt/all
allow any 1-1023 exe=/opt/both
allow any 1-1023 exe=/opt/group gid=daemon
allow any 1-1023 exe=/opt/group uid=daemon
allow any 1-1023 exe=/opt/odd\040\052
allow any 1-1023 exe=/opt/y\012allow\040tcp\04023\040#
EOF
	same "import --setcap" want
	cp imported out
	grep -q '^# not translated: .*/opt/both: its other capabilities' out &&
		grep -q '^# then: setcap -r .*/opt/all' out
	point $? "import --setcap says what to do next, and what it leaves out"
	[ "$(grep -c '^# not translated: .*/opt/x.012allow tcp 22 uid=1000 #.*uid 1000$' out)" = 2 ] &&
		grep -q "^# then: setcap -r [$]'.*/opt/y.012allow tcp 23 #'$" out
	point $? "import --setcap: a line feed in a name makes no rule"
	(cd root/opt && "$ctl" import --setcap . ../opt) > out 2> err
	[ "$(grep -c "^allow .* exe=$PWD/root/opt/all\$" out)" = 2 ]
	point $? "import --setcap takes relative directories"
	(cd / && "$ctl" import --setcap --root "$tmp/root/" opt) > out 2> err
	grep -q '^allow any 1-1023 exe=/opt/all$' out
	point $? "import --setcap: they are below the root directory"
	mkdir -p root/opt/closed
	chmod 700 root/opt/closed
	chmod 755 . root root/opt
	ASAN_OPTIONS=detect_leaks=0 setpriv --reuid 65534 --clear-groups \
		"$ctl" import --setcap root/opt > out 2> err
	[ $? = 2 ] && grep -q 'root/opt/closed: not searched: Permission denied' err &&
		grep -q '^allow any 1-1023 exe=.*/opt/all$' out
	point $? "import --setcap: a directory that cannot be read is an error"
else
	skip "import --setcap" "needs root and setcap"
fi
