#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Measure portacl and its peers and write the results.
# Usage: bench.sh [-s] [KERNEL…]      default: 7.2 6.12 6.1
#   -s    only print the figures that have a budget, in minutes
#
# Documentation/bench/K.json, K.txt and K.svg: instructions for one bind(2) or
# exec, counted by QEMU (-icount shift=0: the same kernel, the same count), for
# portacl and for each peer on the same image; binds a second on one and two
# processors; and nanoseconds for a verdict, from the KUnit benchmark under
# user-mode Linux.
set -eu
. "$(dirname "$0")/../common.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/scripts/bench
out=$top/Documentation/bench
work=$top/build/bench

# boot PEER MODULES ARGUMENTS OPTION…: one boot with only these modules.
boot() {
	peer=$1 args="lsm=$2 audit=0 $3"
	shift 3
	say "$k: $peer"
	"$top/scripts/boot.sh" "$k-bench" "$@" -t 3000 -a "$args" \
		sh "$here/guest.sh" "$peer" "$work" > "$work/$peer"
	sed "s/^/$peer /" "$work/$peer" >> "$figures"
}

count() { boot "$@" -c; }

# The kernel's own mdp writes a policy of all classes that it knows; the
# compiler may be too old for its capabilities.
make_selinux_policy() {
	cd "$work" &&
		"$top/build/$k-bench/obj/scripts/selinux/mdp/mdp" -m selinux.conf \
			selinux.contexts &&
		sed -i '/^policycap /d' selinux.conf &&
		checkpolicy -U allow -M -o selinux.policy selinux.conf
}

native() {
	say "verdicts under user-mode Linux"
	"$top/scripts/kunit.sh" portacl_bench | sed -n 's/.*bench shape=//p' |
		sed 's/[a-z_]*=//g' | while read -r shape n hit miss load bytes; do
		echo "native hit-$shape $n $hit ps ok"
		echo "native miss-$shape $n $miss ps ok"
		echo "native load-$shape $n $load us ok"
		echo "native memory-$shape $n $bytes bytes ok"
	done >> "$figures"
}

to_json() {
	awk -v kernel="$k" 'BEGIN { print "[" }
	{
		printf "%s{\"kernel\":\"%s\",\"peer\":\"%s\",\"case\":\"%s\"," \
			"\"rules\":%d,\"value\":%d,\"unit\":\"%s\",\"result\":\"%s\"}",
			(NR > 1 ? ",\n" : ""), kernel, $1, $2, $3, $4, $5, $6
	}
	END { print "\n]" }' "$figures"
}

# The last column but one is the difference from the kernel with portacl off.
to_table() {
	echo "Linux $(cat "$cache/src/$k/.portacl-version"), $(date -u +%F): make bench BENCH=$k"
	awk '
	$1 == "off" { off[$2] = $4 }
	NR == 1 { printf "%-13s %-18s %7s %12s %-13s %8s  %s\n", "peer", "case",
		"rules", "value", "unit", "more", "result" }
	{
		base = $2
		sub(/-.*/, "", base)
		base = base in off ? off[base] : off["bind"]
		more = ""
		if ($5 == "instructions" && $2 !~ /^load/)
			more = sprintf("%+d", $4 - base)
		printf "%-13s %-18s %7d %12d %-13s %8s  %s\n", $1, $2, $3, $4, $5,
			more, $6
	}' "$figures"
}

short=''
[ "${1-}" != -s ] || { short=yes; shift; }
"$top/scripts/setup.sh" build guest bench
mkdir -p "$work" "$out"
gcc -D_GNU_SOURCE -static -O2 -Wall -Wextra -o "$work/bind" "$here/bind.c"
echo 'int main(void) { return 0; }' |
	gcc -static -O2 -x c -o "$work/true" -
[ $# -gt 0 ] || set -- 7.2 6.12 6.1
for k; do
	"$top/scripts/build.sh" -o "$k" bench
	figures=$work/$k.figures
	: > "$figures"
	if [ -n "$short" ]; then
		count off portacl portacl=off
		count short portacl ''
		to_table
		continue
	fi
	(make_selinux_policy) > "$work/selinux.log" 2>&1 ||
		die_log "$work/selinux.log" 5 "$k: no policy for SELinux"
	count off portacl portacl=off
	count portacl portacl ''
	count bpf '' ''
	[ "$k" = 6.1 ] || count landlock landlock ''
	count apparmor apparmor apparmor=1
	count tomoyo tomoyo ''
	count selinux selinux 'selinux=1 enforcing=0'
	boot pair-off portacl portacl=off -p
	boot pair-portacl portacl '' -p
	[ "$k" != 7.2 ] || native
	to_json > "$out/$k.json"
	to_table > "$out/$k.txt"
	gnuplot -e "data='$figures'; out='$out/$k.svg'; kernel='$k'" \
		"$here/plot.gp"
done
say "results in Documentation/bench"
