#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The demonstration, inside the guest.  Every line that it shows is checked:
# the exit status is 1 if anything came out otherwise.
# PORTACL_BPF=FILE: with the BPF backend, this command.  try.sh also runs that on
# the host, so it leaves nothing behind.
set -u
# The checkout may be in a directory that only root may enter.
cd /
portacl=/sys/kernel/security/portacl
bpf=${PORTACL_BPF-}
dir=$(mktemp -d /run/portacl-demo.XXXXXX)
# nginx writes to the second one.
chmod 0755 "$dir"
mkdir -m 1777 "$dir/w"
failed=0 pid=''

# Also after an interrupt.
clean_up() {
	[ -z "$pid" ] || stop_nginx
	[ -z "$bpf" ] || [ ! -e /sys/fs/bpf/portacl ] || "$bpf" unload
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

# Any user may have written the number.
is_nginx() { [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f /usr/sbin/nginx)" ]; }

stop_nginx() { ! is_nginx || kill -QUIT "$pid"; }

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

if [ -n "$bpf" ]; then
	show='portacl-bpf load policy'
	load() {
		"$bpf" load - || return
		"$bpf" log --kernel &
	}
	status() { "$bpf" status; }
else
	show="printf '…' > $portacl/policy"
	load() { cat > "$portacl/policy"; }
	status() { cat "$portacl/status"; }
fi
has_rules() { status | grep -qx "rules $1"; }

cat > "$dir/nginx.conf" <<END
pid $dir/w/nginx.pid;
error_log stderr;
events { }
http {
	access_log off;
	client_body_temp_path $dir/w/t1; proxy_temp_path $dir/w/t2;
	fastcgi_temp_path $dir/w/t3; uwsgi_temp_path $dir/w/t4;
	scgi_temp_path $dir/w/t5;
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
echo "\$ $show"
printf '%s' "$policy"
printf '%s' "$policy" | load
check "it is in force" has_rules 1

title "nginx as www-data, without any capability"
as 33 "$@"
for _ in $(seq 600); do [ ! -s "$dir/w/nginx.pid" ] || break; sleep 0.1; done
pid=$(cat "$dir/w/nginx.pid") && is_nginx || exit 1
grep -E '^(Name|Uid|Cap(Prm|Eff|Bnd|Amb))' "/proc/$pid/status"
check "it has no capability" \
	grep -q '^CapEff:[[:space:]]*0*$' "/proc/$pid/status"
check "it is user 33" grep -q '^Uid:[[:space:]]*33[[:space:]]*33' \
	"/proc/$pid/status"
echo '$ curl http://127.0.0.1/'
check "it answers on port 80" listens
cat "$dir/out"
stop_nginx
while [ -e "/proc/$pid" ]; do sleep 0.1; done
pid=''

title "everybody else"
check "the same user with another program: refused" \
	refused as 33 busybox httpd -f -p 80
check "another user with nginx: refused" refused as 5 "$@"
echo '$ busybox httpd -f -p 80      # as root'
check "root with another program: refused" refused timeout 30 busybox httpd -f -p 80

title "the log"
for _ in $(seq 100); do
	dmesg > "$dir/log"
	! logged uid=0 || break
	sleep 0.1
done
grep 'portacl: denied' "$dir/log"
# The reader of the BPF backend's records may find that the process has ended.
program='exe="[^"]*busybox"'
[ -z "$bpf" ] || program='comm="busybox"'
check "it names the other program" logged "uid=33 .*$program"
check "it names the other user" logged 'uid=5 .*exe="/usr/sbin/nginx"'
check "it names root" logged "uid=0 .*$program"

if [ -n "$bpf" ]; then
	title "without the policy"
	echo '$ portacl-bpf unload'
	check "the programs are taken away" "$bpf" unload
	check "port 80 is root's again" refused as 33 "$@"
fi

[ "$failed" = 0 ] || title "something came out otherwise: see NOT SO"
exit "$failed"
