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
allow tcp 84 uid=0
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
	gives "ps: nothing" 0 'no process runs' ps --file /dev/null
	kill $fine $user $gone $open
else
	skip "ps" "needs root and setpriv"
fi
