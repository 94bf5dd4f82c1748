#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: measure one peer.  Usage: guest.sh PEER DIR
#   PEER  off, portacl, landlock, apparmor, tomoyo, selinux, bpf, short, or
#         pair-off and pair-portacl on two processors, or
#         stock, stock-bpf and stock-portacl on the distribution's own kernel
#   DIR   holds bind (see bind.c), true (a static program that does nothing),
#         selinux.policy and portacl-bpf
# Prints lines `CASE RULES VALUE UNIT RESULT`.
set -eu

fs=/sys/kernel/security
sizes='10 1000 100000'

figure() {
	name=$1 rules=$2
	shift 2
	echo "$name $rules $("$bind" "$@")"
}

# The last rule is ours.  Each rule before it names another program and user.
#   spread    each rule has a port of its own
#   one-port  all rules have the same port
#   ranges    each rule has a range of ports, and one more of them is ours
#   users     the same, with ranges of users and no program
#   one-port-users  ranges of users, all on the same port
#   mixed     a few rules of each other kind for one port
policy() {
	echo 'version 1'
	awk -v shape="$1" -v n="$2" -v exe="$bind" 'BEGIN {
		wide = shape == "ranges" || shape == "users"
		if (shape == "mixed")
			n = mixed()
		for (i = 1; i < n - wide; i++) {
			port = 1024 + i % 60000
			ports = shape ~ /one-port/ ? 80 : port
			if (wide)
				ports = port "-" port + 76
			who = "exe=/usr/sbin/d" i " uid=" 1000 + i
			if (shape ~ /users/)
				who = "uid=" 1000 + 10 * i "-" 1009 + 10 * i
			print "allow tcp " ports " " who
		}
		if (shape == "ranges")
			print "allow tcp 63000-63999 exe=" exe " uid=33"
		if (shape == "users")
			print "allow tcp 63000-63999 uid=30-39"
		if (shape == "one-port-users")
			print "allow tcp 80 uid=32-33"
		else
			print "allow tcp 80 exe=" exe " uid=33 only"
		if (shape == "mixed")
			print "deny any 1-1023"
	}
	function mixed() {
		print "allow tcp 1030 exe=/usr/sbin/d1 uid=1001"
		print "allow tcp 1030 exe=/usr/sbin/d2"
		print "allow tcp 1030 uid=1003"
		print "allow tcp 1030 gid=1004"
		print "allow tcp 1024-1999 exe=/usr/sbin/d5 uid=1005"
		print "allow tcp 1024-1999 exe=/usr/sbin/d6"
		print "allow tcp 1024-1999 uid=1007"
		print "allow tcp 1024-1999 uid=2000-2999"
		return 0
	}'
	echo commit
}

put() {
	case $peer in
	stock-*) "$dir/portacl-bpf" load - ;;
	*) cat > $fs/portacl/policy ;;
	esac
}

bytes() {
	case $peer in
	stock-*) "$dir/portacl-bpf" status ;;
	*) cat $fs/portacl/status ;;
	esac | sed -n 's/^bytes //p'
}

# One instruction takes one nanosecond of the guest's time.
load() {
	policy "$1" "$2" > /run/policy
	before=$(cut -d' ' -f1 /proc/uptime)
	put < /run/policy
	after=$(cut -d' ' -f1 /proc/uptime)
	echo "load-$1 $2 $(echo "$after $before" |
		awk '{ printf "%.0f", ($1 - $2) * 1000000000 }') instructions ok"
	echo "memory-$1 $2 $(bytes) bytes ok"
}

measure_off() {
	figure bind 0 bind 8080 33
	figure bind-80-capable 0 bind 80 33 capable
	figure bind-80-refused 0 bind 80 33
	figure autobind 0 bind 0 33
	figure bind6 0 bind6 8080 33
	figure connect 0 connect 9 33
	figure exec 0 exec "$true" 33
}

# A bind in the shape that is loaded, of so many rules.
measure_shape() {
	load "$1" "$2"
	figure "hit-$1" "$2" bind 80 33
	figure "denied-$1" "$2" bind 80 34
	# a port that rules name, but none for this program
	case $1 in
	spread|ranges|users|mixed) figure "miss-$1" "$2" bind 1030 33 ;;
	esac
	case $1 in
	ranges|users) figure "hit-by-$1" "$2" bind 63500 33 ;;
	esac
	figure "no-rule-$1" "$2" bind 64000 33
	figure "autobind-$1" "$2" bind 0 33
	figure "connect-$1" "$2" connect 9 33
	figure "exec-$1" "$2" exec "$true" 33
}

measure_portacl() {
	measure_off
	for shape in spread one-port ranges users one-port-users; do
		for n in $sizes; do
			measure_shape $shape "$n"
		done
	done
	measure_shape mixed 10
}

# The figures that have a budget.
measure_short() {
	measure_off
	for shape in spread one-port one-port-users; do
		for n in 10 100000; do
			measure_shape $shape "$n"
		done
	done
	measure_shape mixed 10
}

measure_bpf() {
	figure bind 1 bind 8080 33 bpf
}

measure_stock() { measure_off; }

measure_stock_bpf() { measure_bpf; }

measure_stock_portacl() {
	for shape in spread one-port; do
		for n in 10 100000; do
			measure_shape $shape "$n"
			figure "bind6-hit-$shape" "$n" bind6 80 33
			figure "bind6-no-rule-$shape" "$n" bind6 64000 33
		done
	done
}

measure_landlock() {
	figure bind 0 bind 8080 33
	for n in $sizes; do
		figure hit "$n" bind 8080 33 "landlock=$n"
	done
}

# Its rules name no ports: these are for files.
measure_apparmor() {
	figure bind 0 bind 8080 33
	for n in 10 1000; do
		{
			echo "profile bench $bind {"
			echo 'capability, network, file,'
			seq -f '/srv/bench/%g rw,' 2 "$n"
			echo '}'
		} > /run/profile
		apparmor_parser -r --skip-cache /run/profile
		figure hit "$n" bind 8080 33
	done
}

# Profile 3, which is compiled in, enforces the binds; cat may write policy.
measure_tomoyo() {
	figure bind 0 bind 8080 33
	echo "initialize_domain $bind from any" > /run/policy
	cat /run/policy > $fs/tomoyo/exception_policy
	# To add a rule takes longer the more there are.  Ours is the last.
	port=8080
	for n in 10 1000 10000; do
		{
			echo "<kernel> $bind"
			echo 'use_profile 3'
			echo 'use_group 0'
			awk -v n="$n" 'BEGIN { for (i = 1; i < n; i++)
				print "network inet stream bind 0.0.0.0 " 1024 + i + 3 * (i >= 7056) }'
			echo "network inet stream bind 0.0.0.0 $port"
		} > /run/policy
		cat /run/policy > $fs/tomoyo/domain_policy
		figure hit "$n" bind $port 33
		port=$((port + 1))
	done
}

# A policy that names every class and allows all of it.
measure_selinux() {
	mount -t selinuxfs selinux /sys/fs/selinux
	dd if="$dir/selinux.policy" of=/sys/fs/selinux/load bs=64M status=none
	echo 1 > /sys/fs/selinux/enforce
	figure bind 1 bind 8080 33
}

pair() {
	figure "$1-1-cpu" "$2" pair 80 33 1
	figure "$1-2-cpus" "$2" pair 80 33 2
}

measure_pair_off() {
	echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
	pair bind 0
}

measure_pair_portacl() {
	load spread 1000 > /dev/null
	pair hit 1000
	while cat /run/policy > $fs/portacl/policy; do sleep 0.1; done &
	reloader=$!
	pair hit-reload 1000
	kill $reloader
}

peer=$1 dir=$2
# On a tmpfs: a file over 9p would count the host's time, too.
bind=/run/bench-bind
true=/run/bench-true
cp "$dir/bind" $bind
cp "$dir/true" $true
"measure_$(echo "$peer" | tr - _)"
