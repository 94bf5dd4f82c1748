#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2086,SC2154
# Each kind of import, on nginx as www-data: it works by the old mechanism or
# could, the old one is taken away and it does not, the imported policy is
# loaded and it works again.
. "$(dirname "$0")/lib.sh"

cat > nginx.conf <<EOF
pid $tmp/www/nginx.pid;
error_log $tmp/www/nginx.log;
events { }
http {
	access_log off;
	client_body_temp_path $tmp/www/body;
	proxy_temp_path $tmp/www/proxy;
	fastcgi_temp_path $tmp/www/fastcgi;
	uwsgi_temp_path $tmp/www/uwsgi;
	scgi_temp_path $tmp/www/scgi;
	server { listen 80; return 200 "hello"; }
}
EOF
mkdir www
chown 33:33 www
nginx=/usr/sbin/nginx

# serves COMMAND…: does nginx, started by the command, answer on port 80?
serves() {
	"$@" $nginx -c "$tmp/nginx.conf" > out 2> err || return 1
	[ "$(curl -s http://127.0.0.1/)" = hello ]
	served=$?
	kill "$(cat www/nginx.pid)"
	until_true 60 sh -c '! pgrep -x nginx'
	return $served
}
# fails NAME COMMAND…: it cannot, and because of the port.
fails() {
	name=$1
	shift
	! serves "$@" && grep -q 'bind.*Permission denied' err
	point $? "$name"
}
works() {
	name=$1
	shift
	serves "$@"
	point $? "$name"
}
load() {
	name=$1
	sed 's/^/# /' imported
	gives "$name: what was imported loads" 0 '^loaded: ' load imported
}
fails "without anything nginx as www-data cannot have port 80" $www

nginx=/usr/local/sbin/nginx
cp /usr/sbin/nginx $nginx
setcap cap_net_bind_service=ep $nginx
works "setcap: nginx works by its capability" $www
"$ctl" import --setcap /usr/local/sbin > imported
setcap -r $nginx
fails "setcap: without it nginx does not" $www
load "setcap"
works "setcap: with the policy it does" $www
policy < /dev/null
nginx=/usr/sbin/nginx

mkdir -p /etc/authbind/byport
: > /etc/authbind/byport/80
chown 33 /etc/authbind/byport/80
chmod 500 /etc/authbind/byport/80
if command -v authbind > /dev/null; then
	works "authbind: nginx works by authbind" $www authbind --deep
else
	skip "authbind: nginx works by authbind" "needs authbind"
fi
"$ctl" import --authbind > imported
fails "authbind: without it nginx does not" $www
load "authbind"
works "authbind: with the policy it does" $www
policy < /dev/null

"$ctl" import --mac-portacl uid:33:tcp:80 > imported
load "mac-portacl"
works "mac-portacl: nginx works" $www
policy < /dev/null

mkdir -p /etc/systemd/system /sys/fs/cgroup/system.slice/web.service
cat > /etc/systemd/system/web.service <<'EOF'
[Service]
ExecStart=/usr/sbin/nginx
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
EOF
# As systemd starts it: in its cgroup, as its user, with no_new_privs.
cat > service <<'EOF'
echo $$ > /sys/fs/cgroup/system.slice/web.service/cgroup.procs
exec "$@"
EOF
service="sh service $www --no-new-privs"
works "systemd: nginx works by the ambient capability" $service \
	--inh-caps=+net_bind_service --ambient-caps=+net_bind_service
"$ctl" import --systemd > all
grep -q '^allow any 1-1023 uid=www-data cgroup=/system.slice/web.service$' all
point $? "systemd: the service is imported"
grep -A 2 '^# web.service' all > imported
fails "systemd: without it nginx does not" $service
load "systemd"
works "systemd: with the policy it does" $service
fails "systemd: in another cgroup it does not" $www --no-new-privs
done_testing
