#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Measure portacl and its peers and write the results.
# Usage: bench.sh [-s|-b] [KERNEL…]      default: 7.2 6.12 6.1
#        bench.sh -a
#   -s    only print the figures that have a budget, in minutes
#   -b    only print those of the BPF backend, for 6.12 or 6.1
#   -a    only print those that have a budget on arm64, for 7.2
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

# boot_stock PEER: on the distribution's own kernel.
boot_stock() {
	say "$k: $1"
	"$top/scripts/boot.sh" "$k-stock" -c -t 3000 -a audit=0 \
		sh "$here/guest.sh" "$1" "$work" > "$work/$1"
	sed "s/^/$1 /" "$work/$1" >> "$figures"
}

count_stock() {
	boot_stock stock
	boot_stock stock-bpf
	boot_stock stock-portacl
}

# boot_arm64 PEER ARGUMENTS: the kernel of kunit.sh, which is not hardened.
boot_arm64() {
	say "arm64: $1"
	"$top/scripts/boot.sh" 7.2-arm64 -c -t 3000 -r "$work/arm64" \
		-a "lsm=portacl audit=0 $2" sh /bench/guest.sh "$1" /bench \
		> "$work/$1"
	sed "s/^/$1 /" "$work/$1" >> "$figures"
}

# The suite is any: its kernel is built first.
count_arm64() {
	"$top/scripts/kunit.sh" -a arm64 portacl_state > "$work/kunit"
	root=$("$top/scripts/rootfs.sh" arm64)
	rm -rf "$work/arm64"
	cp -al "$root" "$work/arm64" 2> /dev/null || cp -a "$root" "$work/arm64"
	mkdir "$work/arm64/bench"
	# The root file system is not configured.
	ln -s mawk "$work/arm64/usr/bin/awk"
	cp "$here/guest.sh" "$work/arm64/bench"
	build_programs aarch64-linux-gnu-gcc "$work/arm64/bench"
	boot_arm64 off portacl=off
	boot_arm64 short ''
}

# build_programs COMPILER DIRECTORY: what is measured.
build_programs() {
	"$1" -D_GNU_SOURCE -static -O2 -Wall -Wextra -o "$2/bind" "$here/bind.c"
	echo 'int main(void) { return 0; }' |
		"$1" -static -O2 -x c -o "$2/true" -
}

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
	"$top/scripts/kunit.sh" portacl_bench > "$work/kunit"
	sed -n 's/.*bench shape=//p' "$work/kunit" |
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
	$1 == "off" || $1 == "stock" { off[$1, $2] = $4 }
	NR == 1 { printf "%-13s %-18s %7s %12s %-13s %8s  %s\n", "peer", "case",
		"rules", "value", "unit", "more", "result" }
	{
		base = $2
		sub(/-.*/, "", base)
		own = $1 ~ /^stock/ ? "stock" : "off"
		base = (own, base) in off ? off[own, base] : off[own, "bind"]
		more = ""
		if ($5 == "instructions" && $2 !~ /^load/)
			more = sprintf("%+d", $4 - base)
		printf "%-13s %-18s %7d %12d %-13s %8s  %s\n", $1, $2, $3, $4, $5,
			more, $6
	}' "$figures"
}

short='' backend='' arm64=''
case ${1-} in
-s) short=yes; shift ;;
-b) backend=yes; shift ;;
-a) arm64=yes; shift ;;
esac
"$top/scripts/setup.sh" build guest bench bpf tool
mkdir -p "$work" "$out"
if [ -n "$arm64" ]; then
	k=7.2 figures=$work/arm64.figures
	: > "$figures"
	count_arm64
	to_table
	exit
fi
build_programs gcc "$work"
make -s -C "$top/tools/portacl-bpf"
cp "$top/build/portacl-bpf/portacl-bpf" "$work"
[ $# -gt 0 ] || set -- 7.2 6.12 6.1
for k; do
	figures=$work/$k.figures
	: > "$figures"
	if [ -n "$backend" ]; then
		count_stock
		to_table
		continue
	fi
	"$top/scripts/build.sh" -o "$k" bench
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
	[ "$k" = 7.2 ] || count_stock
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
