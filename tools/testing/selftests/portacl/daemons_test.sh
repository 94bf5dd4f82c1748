#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Real servers take their ports as unprivileged users: each is refused without
# a rule, and by the rule it binds and answers.
# shellcheck disable=SC2317 # functions that eventually runs

. "$(dirname "$0")/servers.sh"

as_user=(setpriv --reuid=33 --regid=33 --clear-groups --)

# Both leave the server's process group in $pid.
start() {
	rm -f "$work/log"
	install -o 33 -m 0644 /dev/null "$work/log"
	setsid "$@" >> "$work/log" 2>&1 < /dev/null &
	pid=$!
}

stop() {
	kill -- -"$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
	while kill -0 -- -"$pid" 2> /dev/null; do sleep 0.1; done
}

alive() { kill -0 "$pid" 2> /dev/null; }

answers() { # URL TEXT
	[ "$(curl -ks --noproxy '*' -m 60 "$1")" = "$2" ]
}

# The servers' own words for EACCES from bind(2), and from nothing else.
refused() {
	nginx_denied ||
	says 'Permission denied.* could not bind to' || # apache2
	says 'create listening socket .*: Permission denied' || # dnsmasq
	says 'listen EACCES' || # node
	{ says 'Permission denied' && says 'sun.nio.ch.Net.bind'; } # java
}

# SERVER RULES COMMAND…: $try is what a client does, $try2 one more thing.
both_ways() {
	local name=$1 rules=$2
	shift 2
	load "$denied"
	start "$@"
	check "$name is refused without its rule" eventually refused
	stop
	load "$rules"
	start "$@"
	check "$name answers by its rule" eventually eval "$try"
	[ -z "$try2" ] || check "$name answers on its second port" \
		eventually eval "$try2"
	stop
	try2=
}

nginx_plain() {
	local run=("$nginx" -e stderr -c "$work/nginx.conf")

	nginx_conf "$work" 80 > "$work/nginx.conf"
	try="answers http://127.0.0.1/ nginx80"
	both_ways "nginx as www-data" \
		"allow tcp 80,81 exe=$nginx uid=33 only" "${as_user[@]}" "${run[@]}"
	denied="allow tcp 80 uid=1 only"
	both_ways "nginx as root" \
		"allow tcp 80,81 exe=$nginx uid=0 only" "${run[@]}"
	denied=
}

# A reload binds a new port, in the master that runs: the old binary does it.
nginx_reload() { # NAME UID COMMAND…
	local name=$1 rules="allow tcp 80,81 exe=$copy uid=$2 only"
	shift 2
	cp "$nginx" "$copy"
	nginx_conf "$work" 80 > "$work/nginx.conf"
	load "$rules"
	start "$@" "$copy" -e stderr -c "$work/nginx.conf"
	eventually answers http://127.0.0.1/ nginx80
	cp "$nginx" "$copy.new"
	mv "$copy.new" "$copy"
	nginx_conf "$work" 80 81 > "$work/nginx.conf"
	kill -HUP "$(cat "$work/nginx.pid")"
	check "nginx as $name binds a new port at a reload, its binary replaced" \
		eventually answers http://127.0.0.1:81/ nginx81
	nginx_conf "$work" 80 82 > "$work/nginx.conf"
	load "$rules
deny tcp 82"
	kill -HUP "$(cat "$work/nginx.pid")"
	check "nginx as $name is refused another one, and serves on" \
		eventually refused
	stop
	nginx_conf "$work" 80 > "$work/nginx.conf"
	start "$@" "$copy" -e stderr -c "$work/nginx.conf"
	check "nginx as $name starts from the new binary" \
		eventually answers http://127.0.0.1/ nginx80
	stop
}

apache_conf() {
	cat <<-END
	ServerName localhost
	ServerRoot $work
	PidFile $work/apache.pid
	DefaultRuntimeDir $work
	ErrorLog $work/log
	LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
	LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
	StartServers 1
	Listen 127.0.0.1:80
	DocumentRoot $work/www
	END
}

# As systemd does it for PrivateTmp=yes and User=www-data.
private_tmp=(unshare -m --propagation private sh -c '
	mount -t tmpfs -o mode=1777 tmpfs /tmp &&
	exec setpriv --reuid=33 --regid=33 --clear-groups -- "$@"' sh)

apache() {
	local bin=/usr/sbin/apache2

	[ -x $bin ] || { skip 2 apache2 "no $bin"; return; }
	apache_conf > "$work/apache.conf"
	echo apache80 > "$work/www/file"
	try="answers http://127.0.0.1/file apache80"
	both_ways "apache2 in its own mount namespace" \
		"allow tcp 80 exe=$bin uid=33 only" \
		"${private_tmp[@]}" $bin -X -f "$work/apache.conf"
}

# One question for the address of portacl.test; its answer is 192.0.2.1.
question='\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07portacl\x04test\x00\x00\x01\x00\x01'

resolves() { # udp|tcp
	local head=
	[ "$1" = udp ] || head='\x00\x1e'
	(
		exec 3<> "/dev/$1/127.0.0.1/53" || exit 1
		printf '%b' "$head$question" >&3
		timeout 60 dd bs=512 count=1 <&3 | od -An -tx1 | tr -d ' \n' |
			grep -q c0000201
	) 2> /dev/null
}

dnsmasq_both() {
	local bin=/usr/sbin/dnsmasq

	[ -x $bin ] || { skip 3 dnsmasq "no $bin"; return; }
	try="resolves udp"
	try2="resolves tcp"
	both_ways dnsmasq "allow udp,tcp 53 exe=$bin uid=33 only" \
		"${as_user[@]}" $bin --keep-in-foreground --conf-file=/dev/null \
		--pid-file= --log-facility=- --no-resolv --no-hosts \
		--bind-interfaces --listen-address=127.0.0.1 \
		--address=/portacl.test/192.0.2.1
}

java_source() {
	cat <<-END
	import com.sun.net.httpserver.HttpServer;
	import java.net.InetSocketAddress;
	public class Server {
		public static void main(String[] args) throws Exception {
			HttpServer s = HttpServer.create(
				new InetSocketAddress("127.0.0.1", 80), 0);
			s.createContext("/", e -> {
				e.sendResponseHeaders(200, 6);
				e.getResponseBody().write("java80".getBytes());
				e.close();
			});
			s.start();
		}
	}
	END
}

java_server() {
	local bin

	bin=$(readlink -f "$(command -v java)")
	[ -x "$bin" ] || { skip 2 "a Java server" "no java"; return; }
	java_source > "$work/Server.java"
	javac -d "$work" "$work/Server.java" > "$work/log" 2>&1 ||
		{ skip 2 "a Java server" "no javac that works"; return; }
	try="answers http://127.0.0.1/ java80"
	both_ways "a Java server" \
		"allow tcp 80 exe=$bin uid=33 accept=env only" \
		"${as_user[@]}" "$bin" -XX:TieredStopAtLevel=1 -cp "$work" Server
}

node_source() {
	cat <<-END
	const fs = require('fs'), reply = t => (q, s) => s.end(t);
	require('http').createServer(reply('node80')).listen(80, '127.0.0.1');
	require('https').createServer({
		key: fs.readFileSync('$work/key.pem'),
		cert: fs.readFileSync('$work/cert.pem'),
	}, reply('node443')).listen(443, '127.0.0.1');
	END
}

node_server() {
	local bin

	bin=$(readlink -f "$(command -v node)")
	[ -x "$bin" ] || { skip 3 "a Node server" "no node"; return; }
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -subj /CN=localhost -keyout "$work/key.pem" \
		-out "$work/cert.pem" > "$work/log" 2>&1 ||
		{ skip 3 "a Node server" "no certificate by openssl"; return; }
	chmod 0644 "$work/key.pem"
	node_source > "$work/server.js"
	try="answers http://127.0.0.1/ node80"
	try2="answers https://127.0.0.1/ node443"
	both_ways "a Node server" \
		"allow tcp 80,443 exe=$bin uid=33 only" \
		"${as_user[@]}" "$bin" "$work/server.js"
}

command -v curl > /dev/null || skip_all "no curl"

copy=/usr/lib/portacl-test/nginx
denied=
try2=
work=$(mktemp -d /var/lib/portacl-daemons.XXXXXX)
mkdir -p "$work/www" /usr/lib/portacl-test
chown -R 33:33 "$work"
chmod 0755 "$work"
trap 'stop 2> /dev/null; load ""; rm -rf "$work" /usr/lib/portacl-test' EXIT

plan 20
if [ -x $nginx ]; then
	nginx_plain
	nginx_reload www-data 33 "${as_user[@]}"
	nginx_reload root 0 env
else
	skip 10 nginx "no $nginx"
fi
apache
dnsmasq_both
java_server
node_server
exit $failed
