#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: measure one peer.  Usage: guest.sh PEER DIR
#   PEER  off, portacl, landlock, apparmor, tomoyo, selinux, bpf, or pair-off
#         and pair-portacl on two processors
#   DIR   holds bind (see bind.c), true (a static program that does nothing)
#         and selinux.policy
# Prints lines `CASE RULES VALUE UNIT RESULT`.
set -eu

fs=/sys/kernel/security
sizes='10 1000 100000'

figure() {
	name=$1 rules=$2
	shift 2
	echo "$name $rules $("$bind" "$@")"
}

# The last rule is ours; those before it each name another program and user.
# In the shape ranges those, and one more of ours, have ranges of ports; in the
# shape users ranges of users, too, and no program.
policy() {
	echo 'version 1'
	awk -v shape="$1" -v n="$2" -v exe="$bind" 'BEGIN {
		wide = shape == "ranges" || shape == "users"
		for (i = 1; i < n - wide; i++) {
			port = 1024 + i % 60000
			ports = shape == "one-port" ? 80 : port
			if (wide)
				ports = port "-" port + 76
			who = "exe=/usr/sbin/d" i " uid=" 1000 + i
			if (shape == "users")
				who = "uid=" 1000 + i "-" 1009 + i
			print "allow tcp " ports " " who
		}
		if (shape == "ranges")
			print "allow tcp 63000-63999 exe=" exe " uid=33"
		if (shape == "users")
			print "allow tcp 63000-63999 uid=30-39"
		print "allow tcp 80 exe=" exe " uid=33 only"
	}'
	echo commit
}

# One instruction takes one nanosecond of the guest's time.
load() {
	policy "$1" "$2" > /run/policy
	before=$(cut -d' ' -f1 /proc/uptime)
	cat /run/policy > $fs/portacl/policy
	after=$(cut -d' ' -f1 /proc/uptime)
	echo "load-$1 $2 $(echo "$after $before" |
		awk '{ printf "%.0f", ($1 - $2) * 1000000000 }') instructions ok"
	echo "memory-$1 $2 $(sed -n 's/^bytes //p' $fs/portacl/status) bytes ok"
}

measure_off() {
	figure bind 0 bind 8080 33
	figure bind-80-capable 0 bind 80 33 capable
	figure bind-80-refused 0 bind 80 33
	figure exec 0 exec "$true" 33
}

measure_portacl() {
	measure_off
	for shape in spread one-port ranges users; do
		for n in $sizes; do
			load $shape "$n"
			figure "hit-$shape" "$n" bind 80 33
			figure "denied-$shape" "$n" bind 80 34
			# in a rule, that of another program
			[ $shape = one-port ] ||
				figure "miss-$shape" "$n" bind 1030 33
			case $shape in
			ranges|users)
				figure "hit-by-$shape" "$n" bind 63500 33 ;;
			esac
			figure "no-rule-$shape" "$n" bind 64000 33
			figure "exec-$shape" "$n" exec "$true" 33
		done
	done
}

measure_bpf() {
	figure bind 1 bind 8080 33 bpf
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
