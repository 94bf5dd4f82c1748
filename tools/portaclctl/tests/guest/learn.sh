#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2086,SC2154
# What nginx and dnsmasq do at their start becomes a policy under which they
# start when everything else is denied.
. "$(dirname "$0")/lib.sh"

cat > nginx.conf <<EOF
pid $tmp/nginx.pid;
error_log $tmp/nginx.log;
events { }
http {
	access_log off;
	server { listen 80; listen [::]:443; return 200 "hello"; }
}
EOF
start_nginx() {
	nginx -c "$tmp/nginx.conf" > out 2> err
}
start_dnsmasq() {
	dnsmasq -C /dev/null --no-resolv --no-hosts --user=nobody \
		--listen-address=127.0.0.1 --bind-interfaces \
		--pid-file="$tmp/dnsmasq.pid" > out 2> err
}
stop_both() {
	for daemon in nginx dnsmasq; do
		[ ! -s $daemon.pid ] || kill "$(cat $daemon.pid)"
	done
	until_true 60 sh -c '! pgrep -x "nginx|dnsmasq"'
	rm -f nginx.pid dnsmasq.pid
}
command -v nginx dnsmasq > /dev/null || {
	echo "1..0 # SKIP needs nginx and dnsmasq"
	exit 4
}

gives "learn --start" 0 '^mode learn' learn --start
start_nginx
point $? "nginx starts"
start_dnsmasq
point $? "dnsmasq starts"
stop_both
"$ctl" learn --print > learned.conf 2> err
sed 's/^/# /' learned.conf
grep -q '^allow tcp 80,443 exe=/usr/sbin/nginx uid=root$' learned.conf
point $? "nginx' ports are learned"
grep -q '^allow tcp,udp 53 exe=/usr/sbin/dnsmasq uid=root$' learned.conf
point $? "dnsmasq's ports are learned"
[ "$(grep -c '^allow' learned.conf)" = 2 ]
point $? "and nothing else"
gives "learn: rules that are in force are not learned again" 0 '' mode enforce

echo 'default deny' > deny.conf
gives "the control: all is denied" 0 '^loaded: 0 rules' load deny.conf
! start_nginx
point $? "nginx does not start then"
! start_dnsmasq
point $? "nor does dnsmasq"
stop_both
gives "the learned policy loads" 0 '^loaded: 2 rules' load deny.conf learned.conf
start_nginx
point $? "nginx starts under it"
[ "$(curl -s http://127.0.0.1/)" = hello ]
point $? "and answers"
start_dnsmasq
point $? "dnsmasq starts under it"
start perl binder.pl 8080
[ "$(result)" = $EACCES ]
point $? "nobody else gets a port, root included"
stop
stop_both

# Interactive: one rule wanted, one not.
gives "learn --start again" 0 '^mode learn' learn --start
"$ctl" load deny.conf > out
start_nginx
start_dnsmasq
stop_both
printf 's\na\n' | "$ctl" learn --output chosen.conf > out 2> err
[ "$(grep '^allow' chosen.conf)" = 'allow tcp 80,443 exe=/usr/sbin/nginx uid=root' ]
point $? "learn asks, and keeps what was chosen"
"$ctl" load deny.conf learned.conf > out
gives "learn --start the third time" 0 '^mode learn' learn --start
start_nginx
stop_both
gives "what the policy allows is not learned" 0 '^nothing to learn' learn
done_testing
