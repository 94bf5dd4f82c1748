# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the tests of real servers beside it, which set $work and say in
# alive() whether the server at hand, whose output is in $work/log, still runs.
# shellcheck shell=bash disable=SC2034,SC2154

dir=/sys/kernel/security/portacl
nginx=/usr/sbin/nginx
limit=300
n=0
failed=0

plan() { echo "TAP version 13"; echo "1..$1"; }

ok() { n=$((n + 1)); echo "ok $n $*"; }

not_ok() {
	n=$((n + 1))
	failed=1
	echo "not ok $n $*"
	tail -n 15 "$work/log" | sed 's/^/# log: /'
	dmesg | grep portacl: | tail -n 5 | sed 's/^/# /'
}

check() { # DESCRIPTION COMMAND…
	local what=$1
	shift
	if "$@"; then ok "$what"; else not_ok "$what"; fi
}

skip() { # NUMBER WHAT REASON
	local to=$((n + $1))
	while [ "$n" -lt "$to" ]; do ok "$2 # SKIP $3"; done
}

skip_all() { echo "TAP version 13"; echo "1..0 # SKIP $1"; exit 4; }

load() {
	printf 'version 1\n%s\ncommit\n' "$1" > $dir/policy ||
		{ echo "Bail out! not loaded: $1"; exit 1; }
}

poll() { # COMMAND…: until it succeeds
	local end=$((SECONDS + limit))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return
		sleep 0.2
	done
}

settled() { "$@" || ! alive; }

# The words come true, at the latest when the server has ended.
eventually() { poll settled "$@"; "$@"; }

says() { grep -qE "$1" "$work/log"; }

# By EACCES, and by nothing else.
nginx_denied() { says 'bind\(\) to .* \(13: Permission denied\)'; }

nginx_conf() { # DIRECTORY PORT…
	local at=$1 port
	shift
	cat <<-END
	pid $at/nginx.pid;
	error_log stderr;
	daemon off;
	worker_processes 1;
	events { worker_connections 64; }
	http {
		access_log off;
		client_body_temp_path $at/nginx.1;
		proxy_temp_path $at/nginx.2;
		fastcgi_temp_path $at/nginx.3;
		uwsgi_temp_path $at/nginx.4;
		scgi_temp_path $at/nginx.5;
	END
	for port; do
		echo "server { listen 127.0.0.1:$port; return 200 nginx$port; }"
	done
	echo "}"
}

[ "$(id -u)" = 0 ] || skip_all "must be run as root"
[ -e $dir/policy ] || skip_all "portacl is not active"
