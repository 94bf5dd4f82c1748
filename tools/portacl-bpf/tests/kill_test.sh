#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The first load is killed before system calls that change something, on a
# stock kernel; see scripts/stock_test.sh.  Either nothing or the whole policy is in
# force then, and the next load and unload succeed.  At the end the programs are taken
# away.
#
# KILLS=N  kill before N system calls, 5 unless given; all: each one
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

echo 1..5
"$tool" unload
echo > $reserved
nothing=$(probe)
load_traced -o calls -e trace=$set
whole=$(probe)
"$tool" unload
echo "# nothing: $nothing; whole: $whole; seed $seed"
[ "$nothing" = "0,0,0,0,13,13,0,0, " ] && [ "$whole" = "13,13,13,13,0,0,13,13, 80,90" ]
point $? kill.probe

# strace counts each system call apart.
awk -F '(' '{ nr[$1]++ } nr["mkdir"] { print $1 ":signal=SIGKILL:when=" nr[$1] }' calls > kills
case ${KILLS:=5} in
all) list=$(cat kills) ;;
*) list="$(sed -n '1p;$p' kills) $(shuf -n "$KILLS" --random-source=<(yes "$seed") kills)" ;;
esac
alive=0 partly=0 loads=0 unloads=0
for kill in $list; do
	load_traced -o last -e trace=$set -e inject="$kill" 2> err
	[ $? = 137 ] || alive=$((alive + 1))
	now=$(probe)
	case $now in
	"${nothing% *} "*) state=nothing ;;
	"$whole") state=whole ;;
	*) state="$now" partly=$((partly + 1)) ;;
	esac
	if ! load "$policy" || [ "$(probe)" != "$whole" ]; then loads=$((loads + 1)); fi
	if ! "$tool" unload || [ "$(probe)" != "$nothing" ] || [ -e /sys/fs/bpf/portacl_new ]; then
		unloads=$((unloads + 1))
	fi
	echo "# $(grep -v "^+++" last | tail -n 1 | cut -c 1-60): $state"
done
[ $alive = 0 ]
point $? kill.each_load_was_killed
[ $partly = 0 ]
point $? kill.nothing_or_all
[ $loads = 0 ]
point $? kill.next_load
[ $unloads = 0 ]
point $? kill.next_unload
exit "$failed"
