#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In a guest with the distribution's systemd: the rules that `import --systemd'
# prints for the units of many packages agree with `systemctl show', can be loaded,
# and lint finds no fault in them.  TAP.
# Usage: units.sh PORTACLCTL DIRECTORY
ctl=$1 units=$2
dir=/usr/lib/systemd/system
# An emulated systemd on a busy machine takes longer than systemctl waits.
export SYSTEMD_BUS_TIMEOUT=600s
points=0

point() {
	points=$((points + 1))
	if [ "$1" = 0 ]; then
		echo "ok $points $2"
	else
		sed 's/^/# /' said
		echo "not ok $points $2"
	fi
}

# Beside the packages' own units, with users of the right names.
install_units() {
	local user uid=300
	cp -n "$units"/* $dir
	while read -r user; do
		getent passwd "$user" > /dev/null ||
			echo "$user:x:$((uid += 1)):$uid::/:/bin/sh" >> /etc/passwd
	done < <(sed -n 's/^User=//p' "$units"/* | sort -u)
	systemctl daemon-reload
}

# The name of a template stands for the instance `x'.
ask_systemd() {
	systemctl list-unit-files --no-legend --type=service,socket |
		awk '$2 != "alias" && $2 !~ /^masked/ { sub(/@\./, "@x."); print $1 }' |
		xargs systemctl show -p Id,LoadState,User,DynamicUser,Slice,Listen \
			-p AmbientCapabilities,CapabilityBoundingSet
}

# Rules of blocks KEY=VALUE, one block for each unit.
expect() {
	awk -v RS= -F '\n' '
	function group(slice,	path, part, n, i) {
		sub(/\.slice$/, "", slice)
		n = split(slice, part, "-")
		slice = ""
		for (i = 1; i <= n; i++) {
			slice = slice (i > 1 ? "-" : "") part[i]
			path = path "/" slice ".slice"
		}
		gsub(/\\/, "\\134", path)
		return path
	}
	function listen(text,	proto, addr, port) {
		proto = text ~ / \(Stream\)$/ ? "tcp" : "udp"
		if (!match(text, /:[0-9]+ \((Stream|Datagram)\)$/))
			return
		addr = substr(text, 1, RSTART - 1)
		port = substr(text, RSTART + 1)
		sub(/ .*/, "", port)
		gsub(/[][]/, "", addr)
		if (addr == "::" || addr == "0.0.0.0")
			addr = ""
		print "allow " proto " " port " exe=/usr/lib/systemd/systemd uid=root" \
			(addr == "" ? "" : " addr=" addr)
	}
	{
		split("", v)
		for (i = 1; i <= NF; i++) {
			key = substr($i, 1, index($i, "=") - 1)
			value = substr($i, length(key) + 2)
			v[key] = value
			if (key == "Listen")
				listen(value)
		}
		if (v["LoadState"] != "loaded" || (v["Id"] ~ /@/ && v["Id"] !~ /@x\./) ||
		    v["AmbientCapabilities"] !~ /cap_net_bind_service/ ||
		    v["CapabilityBoundingSet"] !~ /cap_net_bind_service/)
			next
		if (v["User"] == "")
			v["User"] = "root"
		print "allow any 1-1023" (v["DynamicUser"] == "yes" ? "" : " uid=" v["User"]) \
			" cgroup=" group(v["Slice"]) (v["Id"] ~ /@x\./ ? "" : "/" v["Id"])
	}' | sort -u
}

cd "$(mktemp -d)" || exit
# The tool is linked to it, and the guest does not have it.
cp /host/usr/lib/*/libjansson.so.4 /usr/local/lib && ldconfig
install_units
"$ctl" import --systemd > imported 2> said
echo 1..5
grep -q '^# as systemctl shows the units$' imported
point $? "systemd itself is asked"
grep -v '^#' imported | sort > have
ask_systemd | expect > want
diff want have > said
point $? "$(wc -l < want) rules of $(find "$units" -type f | wc -l) units are what systemctl show says"
[ "$(wc -l < want)" -ge 20 ] 2> said
point $? "the units bind ports"
"$ctl" load imported > said 2>&1
point $? "the rules load"
"$ctl" lint imported > said 2>&1
point $? "lint finds nothing in them"
