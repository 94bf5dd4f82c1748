#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Attacks on the BPF backend by common tools, on a stock kernel; see
# scripts/stock_test.sh.
#
# Each attack runs twice.  With an empty policy it must succeed, which shows that
# the attack works.  With the policy it must fail for the reason that is named.
# ip_unprivileged_port_start is 0 both times, so only the policy refuses.
tool=${PORTACL_BPF:?is set by scripts/stock_test.sh}
here=$(cd "$(dirname "$tool")/../../tools/portacl-bpf/tests/attack" && pwd)
svc=/usr/local/sbin/portacl-svc
# The port of the process that is attacked while it runs.
port=8088
dir=$(mktemp -d /var/tmp/portacl-attack.XXXXXX)
chmod 0755 "$dir"
phase='' nr=0 failed=0 pid='' holder=''
declare -A worked impossible

# as UID COMMAND…, without any capability.
as() {
	local uid=$1
	shift
	timeout -k 5 100 setpriv "--reuid=$uid" "--regid=$uid" --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"
}

is_bound() {
	case $1 in
	tcp) grep -qi ":$2 [0-9A-F]*:0000 0A" /proc/net/tcp /proc/net/tcp6 ;;
	udp) grep -qi ":$2 " /proc/net/udp /proc/net/udp6 ;;
	sctp) grep -q " $((16#$2)) " /proc/net/sctp/eps ;;
	esac
}

# listens PROTO HEX_PORT COMMAND…: say whether the port is bound while it runs.
listens() {
	local proto=$1 hex=$2 child
	shift 2
	"$@" < /dev/null &
	child=$!
	while kill -0 $child 2> /dev/null; do
		! is_bound "$proto" "$hex" || { echo SUCCESS; break; }
		sleep 0.1
	done
	pkill -P $child 2> /dev/null
	kill $child 2> /dev/null
	wait $child
}

# attack NAME REASON COMMAND…: REASON is in the output of the command that fails.
attack() {
	local name=$1 reason=$2
	shift 2
	"$@" > "$dir/out" 2>&1
	if [ "$phase" = control ]; then
		! grep -q SUCCESS "$dir/out" || worked[$name]=yes
		[ "${worked[$name]-}" ] || sed "s/^/# control $name: /" "$dir/out"
		return
	fi
	nr=$((nr + 1))
	if [ "${impossible[$name]-}" ]; then
		echo "ok $nr attack.$name # SKIP ${impossible[$name]}"
	elif [ "${worked[$name]-}" ] && ! grep -q SUCCESS "$dir/out" &&
	   grep -q "$reason" "$dir/out"; then
		echo "ok $nr attack.$name"
	else
		sed "s/^/# /" "$dir/out"
		echo "not ok $nr attack.$name"
		failed=1
	fi
}

denied='Permission denied'

# The same user, or root, with another program; and another user.
other_programs() {
	attack program "$denied" as 33 "$dir/evil"
	attack user "$denied" listens tcp 0050 as 34 "$svc" -l 127.0.0.1 80
	attack root "$denied" "$dir/evil"
	attack python "$denied" as 33 /usr/bin/python3 -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 80))
print("SUCCESS")'
	attack python_udp "$denied" as 33 /usr/bin/python3 -c '
import socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 81))
print("SUCCESS")'
	attack perl_mapped "$denied" as 33 perl -MSocket=:all -e '
socket(S, AF_INET6, SOCK_STREAM, 0);
bind(S, pack_sockaddr_in6(80, inet_pton(AF_INET6, "::ffff:127.0.0.1"))) or die $!;
print "SUCCESS\n"'
	attack perl_unspec "$denied" as 33 perl -MSocket=:all -e '
socket(S, AF_INET, SOCK_STREAM, 0);
bind(S, pack("SnNx8", 0, 80, 0)) or die $!;
print "SUCCESS\n"'
	attack perl_smc "$denied" as 33 perl -MSocket=:all -e '
socket(S, 43, SOCK_STREAM, 0);
bind(S, sockaddr_in(80, INADDR_LOOPBACK)) or die $!;
print "SUCCESS\n"'
	attack perl_smc_inet "$denied" as 33 perl -MSocket=:all -e '
socket(S, AF_INET, SOCK_STREAM, 256) or die $!;
bind(S, sockaddr_in(80, INADDR_LOOPBACK)) or die $!;
print "SUCCESS\n"'
	attack perl_bindx "$denied" as 33 perl -MSocket=:all -e '
socket(S, AF_INET, SOCK_STREAM, 132) or die $!;
setsockopt(S, 132, 100, sockaddr_in(81, INADDR_LOOPBACK)) or die $!;
print "SUCCESS\n"'
	attack perl_rxrpc "$denied" as 33 perl -MSocket=:all -e '
socket(S, 33, SOCK_DGRAM, AF_INET) or die $!;
bind(S, pack("SSSSa28", 33, 1, SOCK_DGRAM, 16, pack_sockaddr_in(81, INADDR_LOOPBACK)))
	or die $!;
print "SUCCESS\n"'
	attack io_uring "$denied" as 33 "$dir/evil-uring"
	attack io_uring_thread "$denied" as 33 "$dir/evil-thread"
	attack socat "$denied" listens tcp 0050 as 33 socat TCP-LISTEN:80 STDOUT
	attack socat_udp "$denied" listens udp 0051 as 33 socat UDP-LISTEN:81 STDOUT
	attack iperf3 "$denied" listens tcp 0050 as 33 iperf3 -s -p 80
	attack ncat "$denied" listens tcp 0050 as 33 ncat -l 80
	attack ncat_sctp "$denied" listens sctp 0051 as 33 ncat --sctp -4 -l 81
	attack mptcpize "$denied" listens tcp 0050 as 33 mptcpize run ncat -l 80
	attack capability "$denied" setpriv --reuid=33 --clear-groups \
		--inh-caps=+net_bind_service --ambient-caps=+net_bind_service \
		"$dir/evil"
	attack setcap "$denied" setpriv --reuid=33 --clear-groups "$dir/evil-setcap"
	# The kernel must not pick a reserved port either.
	attack picked 'already in use' as 33 perl -MSocket=:all -e '
socket(S, AF_INET, SOCK_STREAM, 0);
setsockopt(S, 0, 51, pack("L", 40000 << 16 | 40000)) or die $!;
bind(S, sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
print "SUCCESS\n"'
}

# The program itself, started in a way that gives its starter control of it.
launches() {
	attack ld_preload 'Version' as 33 env "LD_PRELOAD=$dir/evil.so" "$svc" --version
	attack ld_audit 'Version' as 33 env "LD_AUDIT=$dir/evil.so" "$svc" --version
	attack ld_so "$denied" as 33 "$loader" --preload "$dir/evil.so" "$svc" --version
	attack strace "$denied" listens tcp 0050 \
		as 33 strace -f -o "$dir/shared/trace" "$svc" -l 127.0.0.1 80
	attack gdb_run "$denied" listens tcp 0050 as 33 gdb -batch -nx \
		-ex run --args "$svc" -l 127.0.0.1 80
	attack new_privs "$denied" listens tcp 0050 \
		as 33 setpriv --no-new-privs "$svc" -l 127.0.0.1 80
	attack user_namespace "$denied" listens tcp 0050 \
		as 33 unshare -U "$svc" -l 127.0.0.1 80
	attack bwrap "$denied" as 33 bwrap --bind / / --bind "$dir/evil" "$svc" "$svc"
	attack mount_over "$denied" as 33 unshare -Urm sh -c \
		"mount --bind $dir/evil $svc && exec $svc"
	attack memfd "$denied" as 33 perl -e '
my $name = "svc";
my $fd = syscall(319, $name, 0);
open(my $out, ">&=", $fd); open(my $in, "<", $ARGV[0]);
syswrite($out, $_) while sysread($in, $_, 1 << 20);
exec "/proc/self/fd/$fd"' "$dir/evil"
	attack script "$denied" as 33 "$svc-script"
	# CLONE_FS: the parent could change the root directory of the program.
	attack shared_root "$denied" listens tcp 0050 as 33 perl -e '
my $pid = syscall(56, 0x200 | 17, 0, 0, 0, 0);
exec @ARGV if !$pid;
waitpid($pid, 0)' "$svc" -l 127.0.0.1 80
	attack hard_link "$denied" listens tcp 0050 as 33 "$svc-link" -l 127.0.0.1 80
}

# hold SCRIPT COMMAND…: run the command while process $holder of the script, which
# writes its number, lives.
hold() {
	rm -f "$dir/shared/pid"
	as 33 unshare -Urm sh -c "$1" &
	until [ -s "$dir/shared/pid" ] || ! kill -0 $!; do sleep 0.1; done
	holder=$(cat "$dir/shared/pid")
	shift
	"$@"
	kill "$holder"
}

# Another program is mounted over this one there.
hold_mount() {
	hold "mount --bind $dir/evil $svc && echo \$\$ > $dir/shared/pid &&
		exec sleep 100" "$@"
}

# Descriptor 3 is a copy of a mount that is nowhere: open_tree(2), OPEN_TREE_CLONE.
hold_tree() {
	hold "exec perl -e '
my \$at = \"$dir/jail\";
syscall(428, -100, \$at, 1) == 3 or die \$!;
open(F, \">\", \"$dir/shared/pid\"); print F \$\$; close F;
sleep 100'" "$@"
}

# The path of this process's program is that of the real one.
run_foreign() {
	as 33 "/proc/$holder/root$svc"
}

run_detached() {
	as 33 "/proc/$holder/fd/3$svc"
}

run_entered() {
	nsenter -m -t "$holder" setpriv --reuid=33 --clear-groups "$svc"
}

prepared_by_root() {
	attack foreign_mount "$denied" hold_mount run_foreign
	attack nsenter "$denied" hold_mount run_entered
	attack detached_tree "$denied" hold_tree run_detached
	attack nosuid "$denied" listens tcp 0050 unshare -m sh -c "mount --bind /usr /usr &&
		mount -o remount,bind,nosuid /usr &&
		exec setpriv --reuid=33 --clear-groups $svc -l 127.0.0.1 80"
	attack moved_root "$denied" unshare -m sh -c "mount --bind $dir/jail $dir/jail &&
		cd $dir/jail && mount --move . / && exec chroot --userspec=33:33 . $svc"
	attack jail "$denied" chroot --userspec=33:33 "$dir/jail" "$svc"
	chmod 0777 "$svc"
	attack writable "$denied" listens tcp 0050 as 33 "$svc" -l 127.0.0.1 80
	chmod 0755 "$svc"
	exec 9< "$svc"
	cp "$svc" "$svc-new"
	mv "$svc-new" "$svc"
	attack deleted "$denied" listens tcp 0050 \
		setpriv --reuid=33 --clear-groups /proc/self/fd/9 -l 127.0.0.1 80
	exec 9<&-
}

# Write into the stack of the victim, where it changes nothing.
write_memory() {
	local at
	at=$(sed -n '/\[stack\]/s/-.*//p' "/proc/$pid/maps")
	as 33 dd if=/dev/zero of="/proc/$pid/mem" bs=1 count=1 conv=notrunc \
		seek=$((16#$at)) oflag=seek_bytes && echo SUCCESS
}

# Copy the victim's listening socket.
steal_socket() {
	as 33 /usr/bin/python3 -c '
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
pidfd = libc.syscall(434, int(sys.argv[1]), 0)
for fd in range(3, 10):
    if libc.syscall(438, pidfd, fd, 0) >= 0:
        print("SUCCESS")
print(os.strerror(ctypes.get_errno()))' "$pid"
}

# The victim loads the library.
inject() {
	as 33 gdb -batch -nx -p "$pid" -ex "print (void *)dlopen(\"$dir/evil.so\", 2)" 2>&1 |
		sed 's/^$1 = .* 0x[1-9a-f].*/SUCCESS/'
}

attach() {
	as 33 timeout 10 strace -p "$pid" 2>&1 |
		sed 's/ attached$/ SUCCESS/'
}

# A process of the same user that runs.
running() {
	setpriv --reuid=33 --regid=33 --clear-groups "$svc" -k -l 127.0.0.1 $port \
		> "$dir/victim" 2>&1 &
	pid=$!
	until is_bound tcp "$(printf %04X $port)"; do sleep 0.1; done
	attack gdb_attach 'Operation not permitted' inject
	attack strace_attach 'Operation not permitted' attach
	attack memory "$denied" write_memory
	attack descriptors "$denied" as 33 sh -c ": < /proc/$pid/fd/1 && echo SUCCESS"
	attack environment "$denied" as 33 sh -c "cat /proc/$pid/environ && echo SUCCESS"
	attack steal_socket 'not permitted' steal_socket
	kill $pid
	wait $pid 2> /dev/null
}

prepare() {
	cp /usr/bin/ncat "$svc" && ln "$svc" "$svc-link" || return
	loader=$(LC_ALL=C readelf -l "$svc" | sed -n 's/.*interpreter: \(.*\)]/\1/p')
	gcc -static -o "$dir/evil" "$here/evil.c" &&
		gcc -shared -fPIC -DSHARED -o "$dir/evil.so" "$here/evil.c" || return
	gcc -DURING=0 -o "$dir/evil-uring" "$here/evil.c" -luring &&
		gcc -DURING=IORING_SETUP_SQPOLL -o "$dir/evil-thread" "$here/evil.c" \
			-luring || return
	cp "$dir/evil" "$dir/evil-setcap" &&
		setcap cap_net_bind_service+ep "$dir/evil-setcap" || return
	mkdir -p "$dir/shared" "$dir/jail$(dirname "$svc")"
	chmod 0777 "$dir/shared"
	cp "$dir/evil" "$dir/jail$svc"
	echo "#!$dir/evil" > "$svc-script"
	chmod 0755 "$svc-script"
	echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
	ip link set lo up
	modprobe -aq sctp smc rxrpc
	# IORING_OP_BIND and IPPROTO_SMC are of Linux 6.11.
	if [ "$(printf '6.11\n%s\n' "$(uname -r)" | sort -V | head -n 1)" != 6.11 ]; then
		impossible[io_uring]="no bind by io_uring before Linux 6.11"
		impossible[io_uring_thread]=${impossible[io_uring]}
		impossible[perl_smc_inet]="no IPPROTO_SMC before Linux 6.11"
	fi
	# Debian 14 does not build it.
	if ! modinfo smc > /dev/null 2>&1; then
		impossible[perl_smc]="this kernel has no SMC"
		impossible[perl_smc_inet]=${impossible[perl_smc]}
	fi
}

run() {
	phase=$1
	printf 'version 1\n%s\ncommit\n' "$2" | "$tool" load - || exit
	other_programs
	launches
	prepared_by_root
	running
}

prepare || exit
run control ''
run policy "allow tcp 80,$port exe=$svc uid=33 only
allow tcp 80 exe=$svc-script uid=33 only
allow tcp 40000 uid=35 only
deny any 81"
# The policy grants what it says.
nr=$((nr + 1))
if listens tcp 0050 as 33 "$svc" -l 127.0.0.1 80 | grep -q SUCCESS; then
	echo "ok $nr attack.none"
else
	echo "not ok $nr attack.none"
	failed=1
fi
echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start
echo "1..$nr"
rm -rf "$dir" "$svc" "$svc-link" "$svc-script"
exit $failed
