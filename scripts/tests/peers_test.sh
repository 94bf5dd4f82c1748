#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel's own selftests of sockets and security modules, unchanged: with an
# empty policy, and with one that names other ports, they print the same results
# as with portacl=off.
# Usage: peers_test.sh K
. "$(dirname "$0")/tap.sh"
cache=${PORTACL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portacl}

k=${1:-7.2}
"$top/scripts/setup.sh" build guest peers
"$top/scripts/build.sh" "$k"
source=$("$top/scripts/fetch.sh" "$k")
# In the patched tree, a test of lsm knows the identifier of portacl.
theirs=$cache/$k/src/tools/testing/selftests
home=$cache/$k/peers
mkdir -p "$home"
exec 9> "$home/lock"
flock 9

# make_in DIRECTORY [PROGRAM]
make_in() {
	d=$1
	shift
	make -s -C "$theirs/$d" OUTPUT="$home/$d" \
		KHDR_INCLUDES="-isystem $home/headers/usr/include" "$@"
}

# Directories that compile as a whole, and programs of one that does not.  make does
# not notice that a source has been replaced by an older one.
compile() {
	rm -rf "$home/landlock" "$home/lsm" "$home/seccomp" "$home/net"
	mkdir -p "$home/headers" "$home/net/af_unix" "$home/net/mptcp"
	make -s -C "$source" O="$home/headers" headers || return
	for d in landlock lsm seccomp net/af_unix net/mptcp; do
		[ ! -d "$theirs/$d" ] || { mkdir -p "$home/$d"; make_in "$d"; } || return
	done
	for p in bind_bhash bind_timewait bind_wildcard ip_local_port_range \
		reuseaddr_conflict reuseaddr_ports_exhausted reuseport_addr_any \
		reuseport_bpf reuseport_bpf_cpu reuseport_dualstack \
		tcp_fastopen_backup_key; do
		[ ! -e "$theirs/net/$p.c" ] || make_in net "$home/net/$p" || return
	done
	cp "$theirs"/net/*.sh "$home/net"
	cp "$theirs"/net/mptcp/*.sh "$home/net/mptcp"
}

# results NAME KERNEL-ARGUMENTS: what each test printed, without remarks and times.
# The clock of the guest counts instructions, so that the time limits of the tests do
# not depend on the load of this machine.
results() {
	"$top/scripts/boot.sh" "$k" -c -t 5400 -a "$2" \
		sh "$top/scripts/guest/peers.sh" "$home" > "$home/$1.log" 2>&1 || {
		tail -n 60 "$home/$1.log"
		return 1
	}
	grep -E '^(## |(not )?ok )' "$home/$1.log" | sed -E 's/ (# )?time=[0-9]+ms$//' > "$home/$1"
	tail -n 1 "$home/$1" | grep -qx '## complete'
}

# A result says nothing if the tests fail without portacl, too.
most_pass() {
	awk '/# SKIP/ { next }
		/^## begin / { split($3, part, "/"); next }
		/^## end / { ended++ }
		/^ok / || /^## end .* 0$/ { passed++; from[part[1]]++; next }
		{ failed++ }
		END { print ended + 0 " ended, " passed + 0 " passed, " failed + 0 " failed"
			exit !(ended >= 10 && passed > failed && from["landlock"] &&
			       from["seccomp"] && from["net"]) }' "$home/off"
}

same() { results "$@" && diff "$home/off" "$home/$1"; }

plan 5
ok "the kernel's selftests compile" compile
ok 'they run with portacl=off' results off portacl=off
ok 'most of them pass' most_pass
ok 'an empty policy changes no result' same empty portacl=enforce
ok 'a policy of other ports changes no result' same other \
	'portacl=enforce portacl.rules="allow tcp 1022 uid=33; deny any 1023"'
