#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest with the distribution's systemd: each service of the examples runs
# with its drop-in and the rule in it, has its port, and no capability.  TAP.
# Usage: dropins.sh DIRECTORY
portacl=/sys/kernel/security/portacl
points=0

# The rules stand in the drop-in; names become numbers as portaclctl makes them.
load_rules() {
	local rules user
	rules=$(sed -n 's/^#   \(allow .*\)/\1/p' "$1")
	user=${rules##*uid=} user=${user%% *}
	printf 'version 1\nlauncher /usr/lib/systemd/systemd\n%s\ncommit\n' \
		"${rules//uid=$user/uid=$(id -u "$user")}" > "$portacl/policy" &&
		grep -qx "rules $(wc -l <<< "$rules")" "$portacl/status"
}

# Change what the head of the drop-in tells the administrator to change.  Give
# haproxy a port, since its default configuration has none.
configure() {
	case $1 in
	haproxy)
		sed -i '/^[[:blank:]]*chroot /d' /etc/haproxy/haproxy.cfg
		printf 'frontend web\n\tbind :80\n' >> /etc/haproxy/haproxy.cfg ;;
	esac
}

listens() { ss -Hlntu | grep -qE "[]*0-9]:$1 "; }

# boot.sh limits the time.
until_listens() {
	until listens "$1"; do
		! systemctl is-failed -q "$2" || return
		sleep 0.2
	done
}

powerless() {
	local pid
	pid=$(systemctl show -P MainPID "$1")
	[ "$pid" -gt 1 ] && grep '^Cap\(Prm\|Eff\)' "/proc/$pid/status" &&
		! grep -q '^Cap\(Prm\|Eff\).*[1-9a-f]' "/proc/$pid/status" &&
		! grep -q '^Uid:.0\b' "/proc/$pid/status"
}

# runs SERVICE PORT: started, restarted, without a capability.
runs() {
	mkdir -p "/etc/systemd/system/$1.service.d"
	cp "$dir/$1.conf" "/etc/systemd/system/$1.service.d/portacl.conf"
	configure "$1" && load_rules "$dir/$1.conf" && systemctl daemon-reload &&
		systemctl restart "$1" && until_listens "$2" "$1" &&
		systemctl restart "$1" && until_listens "$2" "$1" && powerless "$1"
}

ok() {
	points=$((points + 1))
	if runs "$1" "$2" > /run/said 2>&1; then
		echo "ok $points $1"
	else
		{ cat /run/said; systemctl status -l --no-pager "$1"; dmesg | tail -n 5; } |
			sed 's/^/# /'
		echo "not ok $points $1"
	fi
	systemctl stop "$1"
}

dir=$1
echo 1..7
ok nginx 80
ok lighttpd 80
ok apache2 80
ok haproxy 80
ok caddy 80
ok dnsmasq 53
ok named 53
