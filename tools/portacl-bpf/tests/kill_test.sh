#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The first load and unload are killed before system calls that change something, on a
# stock kernel; see scripts/stock_test.sh.  Either nothing or the whole policy is in
# force then, and the next load and unload succeed.  At the end the programs are taken
# away.
#
# KILLS=N  kill each before N system calls, 5 unless given; all: each one
# SEED=N   choose the same calls again
. "$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests/common.sh"
reserved=/proc/sys/net/ipv4/ip_local_reserved_ports
policy=$'allow tcp 80,90 uid=33 addr=0.0.0.0/0,::/0 only\ndeny tcp 8081'
seed=${SEED:-$RANDOM}
# There is one of these before each pin and each other step.  Calls of bpf(2) cannot be
# counted: libbpf asks for as many BTF objects as there are.
set=access,mkdir,openat,pwrite64,rename,statfs,unlinkat,write

# Print the errno of each bind, then the reserved ports.
probe() {
	perl -e 'use Socket qw(:all);
		for my $uid (0, 33) { for my $port (80, 8081) { for my $v6 (0, 1) {
			$> = $uid;
			socket(S, $v6 ? PF_INET6 : PF_INET, SOCK_STREAM, 0);
			$! = 0;
			bind(S, $v6 ? sockaddr_in6($port, IN6ADDR_LOOPBACK) :
				      sockaddr_in($port, INADDR_LOOPBACK));
			print $! + 0, ",";
			$> = 0;
		} } } print " "'
	cat $reserved
}

# load_traced OPTION…
load_traced() {
	printf 'version 1\n%s\ncommit\n' "$policy" | strace -qq "$@" "$tool" load -
}

unload_traced() {
	strace -qq "$@" "$tool" unload
}

# choose [FIRST]: some of the calls that strace noted, from the call FIRST on.  strace
# counts each system call apart.
choose() {
	awk -F '(' -v first="${1-}" '{ nr[$1]++ }
		!first || nr[first] { print $1 ":signal=SIGKILL:when=" nr[$1] }' calls > kills
	case ${KILLS:=5} in
	all) cat kills ;;
	*) sed -n '1p;$p' kills; shuf -n "$KILLS" --random-source=<(yes "$seed") kills ;;
	esac
}

# Print "nothing", "whole", or what was found instead of either.
state() {
	local now
	now=$(probe)
	case $now in
	"${nothing% *} "*) echo nothing ;;
	"$whole") "$tool" status | sed -n 's/^detached //p' | sed 's/none/whole/' ;;
	*) echo "$now" ;;
	esac
}

# kills COMMAND [FIRST]: kill "load" or "unload" before some of the calls from FIRST
# on.  After each, the state and the next commands are judged; after a killed unload a
# load follows every second time, so that each is tried as the next command.
kills() {
	local kill state alive=0 partly=0 loads=0 unloads=0 nth=0
	for kill in $(choose "${2-}"); do
		[ "$1" = load ] || load "$policy"
		"$1"_traced -o last -e trace="$set" -e inject="$kill" 2> err
		[ $? = 137 ] || alive=$((alive + 1))
		state=$(state)
		case $state in nothing|whole) ;; *) partly=$((partly + 1)) ;; esac
		echo "# $(grep -v "^+++" last | tail -n 1 | cut -c 1-60): $state"
		nth=$((nth + 1))
		if [ "$1" = load ] || [ $((nth % 2)) = 0 ]; then
			if ! load "$policy" || [ "$(probe)" != "$whole" ]; then
				loads=$((loads + 1))
			fi
		fi
		if ! "$tool" unload || [ "$(probe)" != "$nothing" ] ||
		   compgen -G '/sys/fs/bpf/portacl*' > /dev/null; then
			unloads=$((unloads + 1))
		fi
	done
	[ $alive = 0 ]
	point $? "kill.each_$1_was_killed"
	[ $partly = 0 ]
	point $? "kill.$1_nothing_or_all"
	[ $loads = 0 ]
	point $? "kill.load_after_killed_$1"
	[ $unloads = 0 ]
	point $? "kill.unload_after_killed_$1"
}

echo 1..9
"$tool" unload
echo > $reserved
nothing=$(probe)
load_traced -o calls -e trace=$set
whole=$(probe)
"$tool" unload
echo "# nothing: $nothing; whole: $whole; seed $seed"
[ "$nothing" = "0,0,0,0,13,13,0,0, " ] && [ "$whole" = "13,13,13,13,0,0,13,13, 80,90" ]
point $? kill.probe

kills load mkdir

set=pwrite64,rename,rmdir,unlinkat
load "$policy"
unload_traced -o calls -e trace=$set
kills unload
exit "$failed"
