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
	gives "--root: no such directory" 2 \
		'^portaclctl: --root nowhere: No such' check --root nowhere
	ASAN_OPTIONS=$before
else
	skip "--root" "needs root"
fi
gives "--root is an option of commands that read files alone" 2 \
	'unknown option' stats --root other
