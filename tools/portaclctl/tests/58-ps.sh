# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# T27: the processes that rules name, and what is wrong with each.

if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	mkdir -m 755 named
	chmod 755 .
	cp /bin/sleep named/fine
	cp /bin/sleep named/gone
	cp /bin/sleep named/open
	chmod 666 named/open
	chmod +x named/open
	here_named=$(readlink -f named)
	cat > ps.conf <<END
allow tcp 80 exe=$here_named/fine uid=0 accept=writable
allow tcp 81 exe=$here_named/gone uid=0
allow tcp 82 exe=$here_named/open uid=0
allow tcp 83 exe=$here_named/fine uid=65533 accept=writable
deny tcp 85 uid=65533
END
	named/fine 600 &
	fine=$!
	setpriv --reuid=65533 --regid=65533 --clear-groups named/fine 600 &
	user=$!
	named/gone 600 &
	gone=$!
	named/open 600 &
	open=$!
	for name in fine gone open; do
		eval "until_true 60 is_running $name \$$name"
	done
	until_true 60 is_running fine $user
	rm named/gone
	gives "ps" 0 "^ *$fine  root .*/fine: allowed" ps --file ps.conf
	[ "$(grep -c "^ *$fine " out)" = 2 ]
	point $? "ps: a line for each rule that names the program"
	gives "ps: replaced" 0 "^ *$gone  .*/gone: .*\\[deleted" ps --file ps.conf
	gives "ps: writable" 0 "^ *$open  .*/open: .*\\[writable" ps --file ps.conf
	gives "ps: the rule is younger than the process" 0 \
		"^ *$user  65533 .*/fine: .*restart\\]" ps --file ps.conf
	gives "ps: another user" 0 "^ *$user  65533 .*/fine: .*wrong uid" ps --file ps.conf
	run ps --json --file ps.conf
	json "ps --json" '{p["pid"] for p in j if p["allowed"]} == {'$fine', '$gone'} and
		all(p["problems"] for p in j if p["pid"] == '$gone')'
	gives "ps: nothing" 0 'no rule names a running process' ps --file /dev/null
	kill $fine $user $gone $open
	# Rules that name no program; no other process has these ids
	u=$((50000 + $$ % 10000)) v=$((u + 1)) g=$((u + 2))
	setpriv --reuid=$u --regid=$g --clear-groups sleep 600 &
	one=$!
	setpriv --reuid=$u --regid=$g --clear-groups sleep 600 &
	two=$!
	setpriv --reuid=$v --regid=$v --groups $g sleep 600 &
	three=$!
	for pid in $one $two $three; do
		until_true 60 is_running sleep $pid
	done
	cgroup=$(sed -n 's/^0:://p' /proc/$one/cgroup)
	cat > ps.conf <<END
allow tcp 80 uid=$u
allow tcp 81 gid=$g addr=0.0.0.0/8
allow tcp 82
allow tcp 83 uid=$((u + 3))
deny tcp 84 uid=$u
END
	gives "ps: a rule for a user" 0 "^ *$one  $u .*/sleep: allowed .*; also $two\$" \
		ps --file ps.conf
	[ "$(grep -c '^rule ' out)" = 2 ]
	point $? "ps: a heading for each rule that names a process"
	grep -q "^ *$three  $v .*/sleep: allowed" out
	point $? "ps: a rule for a supplementary group, at its address"
	run ps --json --file ps.conf
	json "ps --json: each process of a rule without a program" '
		sorted((p["rule"]["rule"], p["pid"]) for p in j) ==
		sorted([(1, '$one'), (1, '$two'), (2, '$one'), (2, '$two'), (2, '$three')])'
	if [ "${cgroup:-/}" != / ]; then
		echo "allow tcp 80 cgroup=$cgroup" > ps.conf
		gives "ps: a rule for a cgroup" 0 "^ *$one  $u " ps --file ps.conf
		echo "allow tcp 80 cgroup=$cgroup/x" > ps.conf
		gives "ps: another cgroup" 0 'no rule names a running process' ps --file ps.conf
	else
		skip "ps: a rule for a cgroup" "the processes are in the first one"
	fi
	kill $one $two $three
else
	skip "ps" "needs root and setpriv"
fi
