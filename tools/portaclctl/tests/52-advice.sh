# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The advice of explain helps: with all of it done the bind is allowed, and lint
# finds nothing in the rule.

# advises NAME PATTERN ARGUMENT...: by the policy in a.conf; refused today.
advises() {
	name=$1 pattern=$2
	shift 2
	gives "advice: $name" 1 "$pattern" explain --file a.conf "$@"
}
echo 'deny tcp 1' > a.conf
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
	# In a mount namespace of its own; each script prints what explain says.
	inside() {
		unshare -m sh -c "mount -t tmpfs -o mode=755 none /opt
			mkdir -p /opt/app/bin && cp /usr/bin/env /opt/app/bin/app
			$1" sh "$ctl" > out 2> err
	}
	has() {
		grep -Eq -- "$2" out
		point $? "advice: $1"
	}
	# shellcheck disable=SC2016
	inside 'chown -R 1234 /opt/app
		"$1" explain --file a.conf /opt/app/bin/app daemon tcp/80'
	has "each part of the path is named" '^  chown root /opt/app && chmod go-w /opt/app$'
	has "the directory in it" '^  chown root /opt/app/bin && chmod go-w /opt/app/bin$'
	has "and the program" '^  chown root /opt/app/bin/app && chmod go-w /opt/app/bin/app$'
	has "then the rule" '^  allow tcp 80 exe=/opt/app/bin/app uid=daemon$'
	hides "advice: no rule that lint condemns" 'accept=writable'
	# shellcheck disable=SC2016
	inside 'chown -R 1234 /opt/app
		"$1" explain --file a.conf /opt/app/bin/app daemon tcp/80 > was
		sed -n "s/^  \(chown .*\)/\1/p" was | sh
		sed -n "s/^  \(allow .*\)/\1/p" was > line.conf
		"$1" explain --file line.conf /opt/app/bin/app daemon tcp/80
		"$1" lint line.conf'
	has "all of it done, it is allowed" ': allowed by portacl'
	hides "advice: and lint has nothing against the rule" '^line.conf:'
	# shellcheck disable=SC2016
	inside 'chmod 1777 /opt
		"$1" explain --file a.conf /opt/app/bin/app daemon tcp/80'
	hides "advice: no command for a shared directory" 'ch(own|mod) [^ ]* /opt( |$)'
	has "the program has to move" '^  install -o root -m 755 /opt/app/bin/app /usr/local/s?bin/app'
	has "and the rule names its new place" '^  allow tcp 80 exe=/usr/local/s?bin/app uid=daemon$'
	# shellcheck disable=SC2016
	inside 'cp /usr/bin/env /opt/app/bin/python3.11
		"$1" explain --file a.conf /opt/app/bin/python3.11 daemon tcp/80'
	hides "advice: no rule for an interpreter" '^  allow .*exe='
	has "the user, with caution" '^with caution: every program of the user gets the port'
	# shellcheck disable=SC2016
	inside 'cp /usr/bin/env /opt/app/bin/python3.11
		"$1" explain --file a.conf /opt/app/bin/python3.11 daemon tcp/80 \
			cgroup=/system.slice/app.service'
	has "the service if it is one" '^  allow tcp 80 uid=daemon cgroup=/system.slice/app.service$'
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 unshare -mn sh -c \
		'mount -t tmpfs -o mode=755 none /opt && exec "$@"' sh \
		/usr/bin/python3 "$here/advice_test.py" "$ctl" "$PWD" > out 2> err
	point $? "advice: each rule that is proposed allows the bind, lint finds nothing in it"
	grep '^# seed' out
else
	skip "advice: paths" "needs root and unshare"
fi
advises "a nosuid mount: the service" \
	'^  allow tcp 80 uid=daemon cgroup=/system.slice/x.service$' env daemon \
	tcp/80 cgroup=/system.slice/x.service taint=nosuid
advises "the address is kept" '^  allow tcp 80 exe=/usr/bin/env uid=daemon addr=10.0.0.1$' \
	env daemon tcp/80 addr=10.0.0.1
advises "all of IPv4" 'addr=0.0.0.0/0$' env daemon tcp/80 addr=0.0.0.0
advises "all addresses" 'addr=::/0,0.0.0.0/0$' env daemon tcp/80 addr=::

echo 'allow tcp 179 uid=daemon cgroup=/system.slice/gobgpd.service' > a.conf
advises "a rule for a cgroup" \
	'^  start the program in the cgroup /system.slice/gobgpd.service: there rule 1 allows it$' \
	env daemon tcp/179
hides "advice: needs no other rule" '^  allow'
advises "not if that would not help" '^  allow tcp 179 exe=/usr/bin/env uid=bin' \
	env bin tcp/179
echo 'allow udp 53 exe=/usr/bin/env uid=daemon addr=192.168.1.1' > a.conf
advises "the wildcard address" \
	'^  let the program bind 192.168.1.1 alone: rule 1 allows that$' \
	env daemon udp/53 addr=0.0.0.0
grep -q '^  allow udp 53 exe=/usr/bin/env uid=daemon addr=0.0.0.0/0$' out
point $? "advice: or a rule for it"
