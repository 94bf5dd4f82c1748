# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# --root: the users, services, links and programs of another system.

mkdir -p other/etc/portacl.d other/opt other/usr/sbin
cat > other/etc/passwd <<'EOF'
root:x:0:0::/:/bin/sh
tomcat:x:107:107::/:/bin/sh
EOF
echo 'web:x:108:tomcat' > other/etc/group
echo 'frobd 4711/tcp' > other/etc/services
# A source of names that would be a library of the directory.
echo 'passwd: evil' > other/etc/nsswitch.conf
cp /bin/true other/usr/sbin/svc
cp /bin/true other/opt/real
ln -s /opt/real other/usr/sbin/link
ln -s /etc/real.conf other/etc/portacl.d/10-link.conf
cat > other/etc/real.conf <<'EOF'
allow tcp frobd exe=/usr/sbin/link uid=tomcat gid=web
EOF
chmod -R go-w other
if [ "$(id -u)" = 0 ]; then
	before=$ASAN_OPTIONS
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	gives "--root: names, services and links of the directory" 0 \
		'^allow tcp 4711 exe=/opt/real uid=107 gid=108$' \
		check --root other --print
	gives "--root: a file that is given is below the directory" 0 \
		'ok: 1 file, 1 rule' check --root other /etc/real.conf
	gives "--root: test" 0 '^allow' test --root other \
		--file /etc/real.conf tcp/frobd exe=/opt/real uid=tomcat gid=web
	gives "--root: this system's users are not known" 2 \
		"unknown user 'nobody'" test --root other \
		--file /etc/real.conf tcp/1 uid=nobody
	# No socket that is open here is judged, and no sshd of theirs is run.
	printf '#!/bin/sh\necho ran > /ran\n' > other/usr/sbin/sshd
	chmod 755 other/usr/sbin/sshd
	run lint --root other
	[ ! -e other/ran ] && [ "$status" = 0 ] && grep -q '^nothing found' out
	point $? "--root: lint starts no program, and asks nothing that runs here"
	gives "--root: --live is about what runs here" 2 'not about --root' \
		check --root other --live
	# explains NAME STATUS PATTERN ARGUMENT...: of the system below other
	explains() {
		name=$1 want=$2 pattern=$3
		shift 3
		gives "--root: explain: $name" "$want" "$pattern" explain --root other "$@"
	}
	# A kernel that seems to be there, and what runs here, are none of its.
	mkdir -p other/sys/kernel/security/portacl other/proc/1
	echo 'allow tcp 80 uid=0' > other/sys/kernel/security/portacl/policy
	explains "the policy, the program and the user of it" 0 \
		'^/opt/real as tomcat on tcp/4711: allowed by portacl, in a kernel with portacl$' \
		link tomcat tcp/frobd
	explains "the rule" 0 \
		'^[*] portacl  *allow rule=1: /etc/portacl.d/10-link.conf:1: ' \
		link tomcat tcp/frobd
	explains "what belongs to the system that runs" 0 \
		'^  holder  *not asked: with --root' \
		link tomcat tcp/frobd
	explains "the sysctl is the default" 0 \
		'sysctl .*port_start=1024 .the default.: ' \
		link tomcat tcp/frobd
	explains "no program of this system" 2 '^portaclctl: env: No such' \
		env tomcat tcp/frobd
	explains "no process of this system" 2 \
		'process 1 runs on this system, not below --root' \
		1 tcp/frobd
	gives "--root: who: the rule" 0 'rule 1: /etc/portacl.d/10-link.conf:1: allow tcp 4711 ' \
		who --root other tcp/frobd
	gives "--root: who: sockets of this system are not listed" 0 \
		'^  with --root: sockets are those of the system that runs' \
		who --root other tcp/frobd
	run who --root other --json tcp/frobd
	json "--root: who: whether the port is free is not known" \
		'j["free"] is None and j["holders"] == []'
	# diff: their files, the policy of this kernel.
	mkdir -p here/sys/kernel/security/portacl
	printf 'version 1\ndefault legacy\nallow tcp 4711 exe=/opt/real uid=107 gid=108\ncommit\n' \
		> here/sys/kernel/security/portacl/policy
	export PORTACLCTL_ROOT="$PWD/here"
	gives "--root: diff: the policy in force is this kernel's" 0 '' \
		diff --root "$PWD/other"
	echo 'allow tcp 4712 uid=root' >> other/etc/real.conf
	gives "--root: diff: the files are its" 1 '^[+]allow tcp 4712 uid=0$' \
		diff --root "$PWD/other"
	unset PORTACLCTL_ROOT
	gives "--root: no such directory" 2 \
		'^portaclctl: --root nowhere: No such' check --root nowhere
	ASAN_OPTIONS=$before
else
	skip "--root" "needs root"
fi
gives "--root is an option of commands that read files alone" 2 \
	'unknown option' stats --root other
