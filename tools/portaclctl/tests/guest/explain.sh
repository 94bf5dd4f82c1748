#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2086,SC2154
# For each cause of EACCES: a bind that fails, and explain that names what made
# it fail; before each, a control that succeeds or that only lacks the cause.
. "$(dirname "$0")/lib.sh"

# The same program under a name that no interpreter has.
cp /usr/bin/perl /usr/bin/binder

# refused NAME COMMAND…: the binder, started by the command, gets EACCES.
refused() {
	name=$1
	shift
	start "$@"
	result > out
	[ "$(cat out)" = $EACCES ]
	point $? "$name: the bind is refused"
}

# granted NAME COMMAND…
granted() {
	name=$1
	shift
	start "$@"
	result > out
	[ "$(cat out)" = ok ]
	point $? "$name: the control is not"
	stop
}

# blames NAME PATTERN PORT [KEY=VALUE…]: explain of the binder, which ends.
blames() {
	name=$1 pattern=$2 port=$3
	shift 3
	gives "$name: explain" 1 "$pattern" explain $binder "tcp/$port" "$@"
	stop
}

# 1. the kernel's own rule, without any policy
granted "no privilege" perl binder.pl 81
refused "no privilege" $www perl binder.pl 81
blames "no privilege" "refused .EACCES. by the kernel's own rule" 81
gives "no privilege: explain of the program" 1 '^\* capability .*not root, no file capability' \
	explain perl www-data tcp/81

# 2. a raised sysctl
granted "sysctl" $www perl binder.pl 8081
echo 9000 > /proc/sys/net/ipv4/ip_unprivileged_port_start
refused "sysctl" $www perl binder.pl 8081
blames "sysctl" 'ip_unprivileged_port_start=9000: port 8081 needs' 8081
echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start

# 3. root without the capability
refused "bounding set" setpriv --bounding-set=-net_bind_service perl binder.pl 81
blames "bounding set" 'no CAP_NET_BIND_SERVICE: it is not in the bounding set' 81

# 4. and 5. a rule that denies, and a rule that reserves
policy <<'EOF'
deny tcp 82
allow tcp 83 exe=/usr/bin/perl uid=33 only
EOF
refused "deny rule" perl binder.pl 82
blames "deny rule" 'portacl +deny rule=1 reason="deny rule": deny tcp 82' 82
granted "only" $www perl binder.pl 83
refused "only" perl binder.pl 83
blames "only" 'portacl +deny only reason="wrong uid" nearest=2' 83

# T27: the kernel's own records of refusals, one of a program with an odd name
odd=/usr/bin/$(printf 'o\033 d')
cp /usr/bin/perl "$odd"
refused "a record" $www "$odd" binder.pl 82
stop
dmesg > kernel.log
status=0
"$ctl" explain - < kernel.log > out 2> err || status=$?
judge "explain - of the kernel log: only" 1 '^/usr/bin/perl as root on tcp/83: refused .EACCES. by portacl'
judge "explain - of the kernel log: the reason" 1 'in the log .*rule=only reason="wrong uid"'
judge "explain - of the kernel log: an odd name" 1 '^/usr/bin/o.033 d as www-data on tcp/82: refused'
! grep -q "$(printf '\033')" out
point $? "explain - of the kernel log: no control character"
gives "learn --denials: the rule of a refusal" 0 '^allow tcp 82 exe=/usr/bin/o.033.040d uid=www-data$' \
	learn --denials --print

# 6. the default
policy <<'EOF'
default deny
allow tcp 1-1023 uid=0
EOF
granted "default" perl binder.pl 84
refused "default" $www perl binder.pl 8084
blames "default" 'portacl +deny default reason=' 8084
gives "default: what would help" 1 '^  allow tcp 8084 exe=/usr/bin/binder uid=www-data$' \
	explain binder www-data tcp/8084
gives "default: what would help an interpreter" 1 '^with caution: every program of the user' \
	explain perl www-data tcp/8084

# The rest: a rule that looks right, and a user without privilege.
policy <<'EOF'
allow tcp 85 exe=/usr/bin/perl uid=34
allow tcp 86 exe=/bin/perl uid=33
allow tcp 87 exe=/usr/bin/perl uid=33
allow tcp 88 exe=/opt/www/perl uid=33
allow tcp 89 exe=/usr/bin/perl uid=33 addr=127.0.0.0/8
allow tcp 90 exe=/usr/bin/perl uid=33 launch=root
allow tcp 91 exe=/usr/bin/perl uid=33 cgroup=/web
allow tcp 92 uid=33
EOF
refused "wrong uid" $www perl binder.pl 85
blames "wrong uid" 'legacy reason="wrong uid" nearest=1: allow tcp 85' 85
granted "R22: a symbolic link that only root can change" $www perl binder.pl 86
granted "no_new_privs" $www perl binder.pl 87
refused "no_new_privs" $www --no-new-privs perl binder.pl 87
blames "no_new_privs" 'reason="no_new_privs" nearest=3' 87
mkdir -p /opt/www
cp /usr/bin/perl /opt/www/perl
chown 33:33 /opt/www
refused "writable" $www /opt/www/perl binder.pl 88
blames "writable" 'reason="writable" nearest=4' 88
granted "address" $www perl binder.pl 89 127.0.0.1
refused "address" $www perl binder.pl 89 0.0.0.0
blames "address" 'reason="address outside addr=" nearest=5' 89 addr=0.0.0.0
refused "launch=root" $www perl binder.pl 90
blames "launch=root" 'reason="not launched by root" nearest=6' 90
mkdir -p /sys/fs/cgroup/web
cat > in_cgroup <<'EOF'
echo $$ > /sys/fs/cgroup/web/cgroup.procs
exec "$@"
EOF
granted "cgroup" sh in_cgroup $www perl binder.pl 91
refused "cgroup" $www perl binder.pl 91
blames "cgroup" 'reason="other cgroup" nearest=7' 91
granted "network namespace" $www perl binder.pl 92
refused "network namespace" unshare -n $www perl binder.pl 92
blames "network namespace" 'reason="network namespace" nearest=8' 92

# Started before the rule: the environment was its user's.
policy < /dev/null
start $www perl binder.pl 93 0.0.0.0 "$tmp/go"
until_true 60 grep -q perl /proc/$binder/comm
policy <<'EOF'
allow tcp 93 exe=/usr/bin/perl uid=33
EOF
: > go
result > out
[ "$(cat out)" = $EACCES ]
point $? "started before the rule: the bind is refused"
gives "started before the rule: the advice" 1 'restart the program' \
	explain $binder tcp/93
blames "started before the rule" 'reason="env .*restart the program' 93
granted "restarted" $www perl binder.pl 93

# The suggestion works if all of it is done.
policy < /dev/null
refused "suggestion" $www --no-new-privs binder binder.pl 94
"$ctl" explain $binder tcp/94 > out 2> err
sed -n 's/^  \(allow .*\)/\1/p' out > suggested.conf
grep -q '^allow tcp 94 exe=/usr/bin/binder uid=www-data accept=nnp$' suggested.conf &&
	grep -q '^  then restart it$' out
point $? "suggestion: a line, and to restart the program"
stop
policy < suggested.conf
granted "suggestion" $www --no-new-privs binder binder.pl 94

# A mount namespace in which all is nosuid, as systemd makes one.
policy <<'EOF'
allow tcp 95 exe=/usr/bin/perl uid=33
EOF
cat > nosuid <<'EOF'
mount -o remount,bind,nosuid / && exec "$@"
EOF
granted "nosuid" unshare -m $www perl binder.pl 95
refused "nosuid" unshare -m sh nosuid $www perl binder.pl 95
blames "nosuid" 'reason="nosuid mount" nearest=1' 95

# A BPF program of the cgroup: EPERM, which explain cannot know for sure.
# attach.pl PROGRAM-TYPE HOOK NAME CGROUP: one that refuses every bind
cat > attach.pl <<'EOF'
my ($type, $hook, $name, $cgroup) = @ARGV;
my $insns = pack "C C s l" x 2, 0xb7, 0, 0, 0, 0x95, 0, 0, 0;
my $license = "GPL\0";
my $load = pack "L L Q Q L L Q L L a16 L L", $type, 2, unpack("Q", pack "P", $insns),
	unpack("Q", pack "P", $license), 0, 0, 0, 0, 0, $name, 0, $hook;
my $prog = syscall 321, 5, $load, length $load;
die "load: $!\n" if $prog < 0;
open my $dir, "<", "/sys/fs/cgroup/$cgroup" or die "cgroup: $!\n";
my $attach = pack "L L L L L", fileno $dir, $prog, $hook, 0, 0;
syscall(321, 8, $attach, length $attach) == 0 or die "attach: $!\n";
EOF
if perl attach.pl 18 8 denybind web 2> err; then
	start sh in_cgroup $www perl binder.pl 8085
	[ "$(result)" = 1 ]
	point $? "cgroup-bpf: the bind is refused"
	gives "cgroup-bpf: explain" 0 'unless refused by .*cgroup-bpf' \
		explain $binder tcp/8085
	gives "cgroup-bpf: its name" 0 \
		'cgroup-bpf +may refuse, with EPERM.*: bind4 denybind .id [0-9]+. at /web$' \
		explain $binder tcp/8085
	stop
else
	skip "cgroup-bpf" "$(cat err)"
fi
# R27: a hook that runs when portacl has granted; in a cgroup above.
mkdir -p /sys/fs/cgroup/pod/web
cat > in_pod <<'EOF'
echo $$ > /sys/fs/cgroup/pod/web/cgroup.procs
exec "$@"
EOF
if perl attach.pl 9 12 denypost pod 2> err; then
	start sh in_pod $www perl binder.pl 30539
	[ "$(result)" = 1 ]
	point $? "R27: the bind gets EPERM"
	gives "R27: explain names the hook, the program and the cgroup" 0 \
		'cgroup-bpf +may refuse, with EPERM, which is never portacl.s: post_bind4 denypost .id [0-9]+. at /pod$' \
		explain $binder tcp/30539
	gives "R27: portacl refuses nothing" 0 '^[^ ].*unless refused by .*cgroup-bpf .EPERM.' \
		explain $binder tcp/30539
	stop
else
	skip "R27" "$(cat err)"
fi

# Landlock: a process that restricted itself.
cat > landlock.pl <<'EOF'
my $attr = pack "Q Q", 0, 1;
my $fd = syscall 444, $attr, 16, 0;
die "no Landlock for sockets in this kernel\n" if $fd < 0;
syscall 157, 38, 1, 0, 0, 0;
syscall(446, $fd, 0) == 0 or die "landlock_restrict_self: $!\n";
exec @ARGV;
EOF
if perl landlock.pl true 2> err; then
	refused "Landlock" perl landlock.pl perl binder.pl 8086
	gives "Landlock: explain" 0 'unless refused by lsm' explain $binder tcp/8086
	gives "Landlock: its name" 0 'lsm +may refuse: it may have restricted itself by Landlock' \
		explain $binder tcp/8086
	stop
else
	skip "Landlock" "$(cat err)"
fi
done_testing
