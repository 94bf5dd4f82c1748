#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, inside the guest.  Every line that it shows is checked:
# the exit status is 1 if anything came out otherwise.
set -u
# The checkout may be in a directory that only root may enter.
cd /
portacl=/sys/kernel/security/portacl
dir=/run/demo
failed=0

title() { printf '\n== %s\n' "$*"; }

# check WHAT COMMAND…
check() {
	what=$1
	shift
	if "$@"; then
		echo "   -> $what"
	else
		echo "   -> NOT SO: $what"
		failed=1
	fi
}

# as UID COMMAND…, without any capability, and without a way to one.
as() {
	uid=$1
	shift
	echo "\$ setpriv --reuid=$uid --regid=$uid --clear-groups" \
		"--inh-caps=-all --bounding-set=-all $*"
	timeout 30 setpriv "--reuid=$uid" "--regid=$uid" --clear-groups --inh-caps=-all \
		--bounding-set=-all "$@" 2>&1
}

# Refused means that bind(2) gave EACCES, not that the command failed.
refused() {
	"$@" > "$dir/out" 2>&1 && return 1
	cat "$dir/out"
	grep -q 'bind.*Permission denied' "$dir/out"
}

listens() { curl -s -m 10 http://127.0.0.1/ | tee "$dir/out" | grep -q portacl; }

logged() { grep 'portacl: denied' "$dir/log" | grep -q "$1"; }

mkdir -m 0777 "$dir"
cat > "$dir/nginx.conf" <<END
pid $dir/nginx.pid;
error_log stderr;
events { }
http {
	access_log off;
	client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
	fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4;
	scgi_temp_path $dir/t5;
	server { listen 80; return 200 "nginx, by leave of portacl\n"; }
}
END
set -- nginx -e stderr -c "$dir/nginx.conf"

title "Linux $(uname -r), no policy: port 80 is root's"
check "www-data may not" refused as 33 "$@"

title "a policy"
policy='version 1
default legacy
allow tcp 80 exe=/usr/sbin/nginx uid=33 only
commit
'
echo "\$ printf '…' > $portacl/policy"
printf '%s' "$policy" | tee "$portacl/policy"
check "it is in force" grep -qx 'rules 1' "$portacl/status"

title "nginx as www-data, without any capability"
as 33 "$@"
for _ in $(seq 600); do [ ! -s "$dir/nginx.pid" ] || break; sleep 0.1; done
pid=$(cat "$dir/nginx.pid") || exit 1
grep -E '^(Name|Uid|Cap(Prm|Eff|Bnd|Amb))' "/proc/$pid/status"
check "it has no capability" \
	grep -q '^CapEff:[[:space:]]*0*$' "/proc/$pid/status"
check "it is user 33" grep -q '^Uid:[[:space:]]*33[[:space:]]*33' \
	"/proc/$pid/status"
echo '$ curl http://127.0.0.1/'
check "it answers on port 80" listens
cat "$dir/out"
kill -QUIT "$pid"
while [ -e "/proc/$pid" ]; do sleep 0.1; done

title "everybody else"
check "the same user with another program: refused" \
	refused as 33 busybox httpd -f -p 80
check "another user with nginx: refused" refused as 5 "$@"
echo '$ busybox httpd -f -p 80      # as root'
check "root with another program: refused" refused timeout 30 busybox httpd -f -p 80

title "the log"
dmesg > "$dir/log"
grep 'portacl: denied' "$dir/log"
check "it names the other program" logged 'uid=33 .*exe="[^"]*busybox"'
check "it names the other user" logged 'uid=5 .*exe="/usr/sbin/nginx"'
check "it names root" logged 'uid=0 .*exe="[^"]*busybox"'

[ "$failed" = 0 ] || title "something came out otherwise: see NOT SO"
exit "$failed"
