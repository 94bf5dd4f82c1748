#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Limits of the kernel, and attacks by a user during a load and when memory runs out,
# on a stock kernel; see scripts/stock_test.sh.  At the end the programs are taken away.
here=$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests
. "$here/common.sh"
reserved=/proc/sys/net/ipv4/ip_local_reserved_ports
perl=$(readlink -f "$(command -v perl)")
dir=$(mktemp -d /opt/portacl-limits.XXXXXX)
chmod 755 "$dir"
mkdir -m 777 "$dir/bound"

as_user=(setpriv --reuid=33 --regid=33 --clear-groups)

# load_slowly POLICY STRACE_OPTION…: pause at the system calls that the options name.
load_slowly() {
	local policy=$1
	shift
	printf 'version 1\n%s\ncommit\n' "$policy" |
		strace -qq -o /dev/null "$@" "$tool" load -
}

# The kernel picks this port from a range of one.
picks() {
	perl -MSocket=:all -e 'socket(S, AF_INET, SOCK_STREAM, 0);
		setsockopt(S, 0, 51, pack("L", $ARGV[0] << 16 | $ARGV[0])) or die;
		exit(bind(S, sockaddr_in(0, INADDR_LOOPBACK)) ? 0 : 1)' "$1"
}

# A process of the user that asks for port 80 as soon as there is a file "go".
# setpriv keeps its capabilities until it executes env.
start_victim() {
	"${as_user[@]}" env "$perl" -MSocket -e 'open(my $ready, ">", "$ARGV[0]/bound/$$.ready") or die;
		select(undef, undef, undef, 0.1) until -e "$ARGV[0]/go";
		socket(S, PF_INET, SOCK_STREAM, 0);
		setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1);
		my $errno = bind(S, sockaddr_in(80, INADDR_LOOPBACK)) ? 0 : $! + 0;
		open(my $out, ">", "$ARGV[0]/bound/$$") or die;
		print $out "$errno\n"' "$dir" &
	victim=$!
	until [ -e "$dir/bound/$victim.ready" ] || ! kill -0 "$victim"; do sleep 0.1; done
}

# Another process of that user traces it: until strace has attached, or was refused.
traces() {
	"${as_user[@]}" strace -o /dev/null -p "$1" 2> "$dir/traces" &
	until grep -q 'attached\|not permitted' "$dir/traces" || ! kill -0 $!; do sleep 0.1; done
	kill $!
	wait $!
	grep -q attached "$dir/traces"
}

echo 1..12
list=$(seq -s , 10001 2 10999)
echo "$list" > $reserved
load 'allow tcp 20000 uid=33 only'
[ "$(cat $reserved)" = "$list,20000" ]
point $? limits.long_list_of_root_is_kept
load '' && [ "$(cat $reserved)" = "$list" ]
point $? limits.and_kept_again

# The verifier ends at 1,000,000 instructions; another kernel may need more of them.
python3 "$here/verified.py" > "$dir/out"
sed 's/^/# verified: /' "$dir/out"
awk '$2 > 750000 { bad = 1 } END { exit bad || NR < 10 }' "$dir/out"
point $? limits.verifier

# A list that one write(2) cannot replace, and the last port of it.
echo > $reserved
list=$(seq -s , 20001 2 21599)
picks 40000
point $? limits.port_can_be_picked
load "allow tcp $list,40000 uid=34 only"
load_slowly "allow tcp $list,40000,40002 uid=34 only" -P $reserved -e trace=write,pwrite64 \
	-e inject=write,pwrite64:delay_exit=1000000 &
loader=$! picked=0 tries=0
while kill -0 $loader 2> /dev/null; do
	picks 40000 && picked=$((picked + 1))
	tries=$((tries + 1))
done
wait $loader && [ "$tries" -gt 0 ] && [ "$picked" = 0 ] && ! picks 40002
point $? limits.reserved_port_is_not_picked_during_a_load
load ''

# A thread of a program that a rule names, without room for its identity.
cp "$here/attack/full.py" "$dir/full.py"
load "allow tcp 80 exe=$(readlink -f "$(command -v python3)") uid=33 only"
python3 "$dir/full.py" /sys/fs/bpf/portacl/tasks > "$dir/out"
sed 's/^/# /' "$dir/out"
grep -q 'no thread' "$dir/out"
point $? limits.no_thread_without_identity

# A loader in a cgroup whose memory has a limit.
"$tool" unload
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/limited
(echo 0 > /sys/fs/cgroup/limited/cgroup.procs && load 'allow tcp 80 uid=33 only')
echo 0 > /sys/fs/cgroup/limited/memory.max
python3 -c '
import os, signal
processes = []
for _ in range(1000):
    processes.append(os.fork())
    if not processes[-1]:
        signal.pause()
for process in processes:
    os.kill(process, signal.SIGKILL)
print("forked")' > "$dir/out" 2>&1
sed 's/^/# /' "$dir/out"
grep -qx forked "$dir/out"
point $? limits.memory_of_the_loader
rmdir /sys/fs/cgroup/limited

# Programs that are executed, and traced, while the first policy is loaded.
"$tool" unload
load_slowly "allow tcp 80 exe=$perl uid=33 only" -e trace=bpf \
	-e inject=bpf:delay_enter=500000 &
loader=$! traced=''
while kill -0 $loader 2> /dev/null; do
	start_victim
	if traces "$victim"; then traced="$traced $victim"; else kill "$victim"; fi
done
wait $loader
start_victim
! traces "$victim" && grep -q 'not permitted' "$dir/traces"
untraced=$?
touch "$dir/go"
wait
grants=0
for pid in $traced; do
	echo "# traced, then $(cat "$dir/bound/$pid")"
	[ "$(cat "$dir/bound/$pid")" = 13 ] || grants=$((grants + 1))
done
[ $untraced = 0 ] && [ "$(cat "$dir/bound/$victim")" = 0 ] && [ "$traced" ] && [ $grants = 0 ]
point $? limits.no_grant_to_traced_during_a_load

# Programs that the user executed before the policy, of a file with capabilities.  With
# =ei the exec is a secure one, but grants none of them: the user can trace the process.
# capable CAPABILITIES: such a program runs.
capable() {
	perl=$dir/perl
	rm -f "$dir/go" "$perl"
	"$tool" unload
	load '' && cp /usr/bin/perl "$perl" && setcap "$1" "$perl" && start_victim
}
# binds ERRNO: so its bind ends under a policy that names it.
binds() {
	load "allow tcp 80 exe=$perl uid=33 only"
	touch "$dir/go"
	wait "$victim"
	echo "# then $(cat "$dir/bound/$victim")"
	[ "$(cat "$dir/bound/$victim")" = "$1" ]
}
capable cap_net_bind_service=ei && traces "$victim"
point $? limits.file_with_ei_is_traced
binds 13
point $? limits.no_grant_to_file_with_ei
capable cap_net_bind_service=ep && ! traces "$victim" && binds 0
point $? limits.grant_to_file_with_ep

# The pins have names that others could take, and a lock that they could keep.
chmod 0755 /sys/fs/bpf
load '' 2> "$dir/out"
[ $? = 2 ] && grep -q 'chmod 0700 /sys/fs/bpf$' "$dir/out"
point $? limits.bpf_file_system_is_private
chmod 0700 /sys/fs/bpf
"$tool" unload
rm -rf "$dir"
exit "$failed"
