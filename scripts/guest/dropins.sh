#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest with the distribution's systemd: each service of the examples runs
# with its drop-in and the rule in it, has its port, and no capability.  TAP.
# Usage: dropins.sh DIRECTORY
portacl=/sys/kernel/security/portacl
points=0

# The rule stands in the drop-in; names become numbers as portaclctl makes them.
load_rule() {
	local rule user
	rule=$(sed -n 's/^#   \(allow .*\)/\1/p' "$1")
	user=${rule##*uid=} user=${user%% *}
	printf 'version 1\nlauncher /usr/lib/systemd/systemd\n%s\ncommit\n' \
		"${rule/uid=$user/uid=$(id -u "$user")}" > "$portacl/policy" &&
		grep -qx 'rules 1' "$portacl/status"
}

listens() { ss -Hlntu | grep -qE "[]*0-9]:$1 "; }

# One try a second; a start under emulation on a busy machine takes long.
until_listens() {
	local i
	for i in {1..300}; do
		! listens "$1" || return 0
		((i % 10)) || ! systemctl is-failed -q "$2" || return 1
		sleep 1
	done
	return 1
}

powerless() {
	local pid
	pid=$(systemctl show -P MainPID "$1")
	[ "$pid" -gt 1 ] && grep '^Cap\(Prm\|Eff\)' "/proc/$pid/status" &&
		! grep -q '^Cap\(Prm\|Eff\).*[1-9a-f]' "/proc/$pid/status" &&
		grep -qv '^Uid:.0.' "/proc/$pid/status"
}

# runs SERVICE PORT: started, restarted, without a capability.
runs() {
	mkdir -p "/etc/systemd/system/$1.service.d"
	cp "$dir/$1.conf" "/etc/systemd/system/$1.service.d/portacl.conf"
	load_rule "$dir/$1.conf" && systemctl daemon-reload &&
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
echo 1..4
ok nginx 80
ok lighttpd 80
ok apache2 80
ok dnsmasq 53
