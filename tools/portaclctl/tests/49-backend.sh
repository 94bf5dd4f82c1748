# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The BPF backend: a script stands for its command.

export PORTACLCTL_ROOT="$PWD"
mkdir -p usr/sbin sys/fs/bpf sys/kernel/security etc/portacl.d var/lib
echo lockdown,capability,bpf > sys/kernel/security/lsm
gives "where the BPF backend is from" 2 'the package portacl-bpf enforces' status
gives "it is not installed" 2 'install the package portacl-bpf' \
	load --backend=bpf /dev/null
cat > usr/sbin/portacl-bpf <<'END'
#!/bin/sh
# Keeps the policy in a file, refuses `deny tcp 81'.
dir=$PORTACLCTL_ROOT/sys/fs/bpf/portacl
case $1 in
load)
	cat > "$PORTACLCTL_ROOT/new"
	! grep -q 'deny tcp 81' "$PORTACLCTL_ROOT/new" ||
		{ echo 'portacl-bpf: line 3, column 1: no' >&2; exit 2; }
	! grep -q 'generation=9' "$PORTACLCTL_ROOT/new" ||
		{ echo 'portacl-bpf: changed' >&2; exit 3; }
	mkdir -p "$dir"
	mv "$PORTACLCTL_ROOT/new" "$dir/policy" ;;
show) cat "$dir/policy" ;;
status)
	echo 'abi 1'; echo 'mode enforce'; echo 'generation 1'; echo 'rules 1'
	echo 'default legacy'; echo 'locked 0'; echo 'digest 00ff'
	echo 'error none'; echo 'loaded uid=0 pid=1 time=2026-11-25T10:00:00Z'
	echo 'backend bpf'; echo 'weaker window,root'; echo 'reader none'
	echo 'detached bind4' ;;
stats)
	echo 'rule=1 grants=2 denies=3 last=0'
	echo 'total grants=7 denies=8'; echo 'kernel denies=9' ;;
mode|observed)
	[ -z "$2" ] || { echo "$2" > "$PORTACLCTL_ROOT/$1"; exit; }
	[ "$1" = observed ] || { echo enforce; exit; }
	printf 'exe=/usr/sbin/%s uid=0 proto=tcp port=81 outcome=legacy count=2 taint=%s\n' \
		'nginx verified=1' none 'sshd verified=0' nopath
	echo 'overflow=0' ;;
query) echo "allow rule=1" ;;
unload) rm -r "$dir" ;;
esac
END
chmod +x usr/sbin/portacl-bpf
echo 'allow tcp 80 uid=33 only' > ok.conf
gives "no silent fallback" 2 '(without portacl|securityfs is not mounted)' \
	load ok.conf
[ ! -e sys/fs/bpf/portacl ]
point $? "nothing was loaded"
gives "the way to it" 2 'with the BPF backend: portaclctl load --backend=bpf$' status
if [ "$(id -u)" = 0 ]; then
	# The user may not enter the directory of the tool.
	cp "$ctl" ctl && chmod 755 . && chmod 700 sys/fs/bpf
	setpriv --reuid 65534 --clear-groups ./ctl status > out 2> err
	grep -q 'only root sees whether the BPF backend is in force$' err
	point $? "a user does not see whether it is in force"
else
	skip "a user does not see whether it is in force" "needs root"
fi
gives "another backend" 2 '^portaclctl: --backend takes bpf' \
	load --backend=kernel ok.conf
gives "--backend=bpf" 0 '^loaded: 1 rule, generation 1, mode enforce' \
	load --backend=bpf ok.conf
gives "status" 0 '^backend +bpf$' status
gives "status says what is weaker" 0 '^weaker +window,root$' status
gives "status --json" 0 . status --json
json "its members" 'j["backend"] == "bpf" and j["weaker"] == "window,root" and j["detached"] == "bind4"'
gives "show" 0 '^allow tcp 80 uid=33 only$' show
gives "test --kernel" 0 '^allow' test --kernel tcp/80 uid=33
gives "mode" 0 '' mode permissive
[ "$(cat mode)" = permissive ]
point $? "it is handed over"
gives "stats" 0 '^ +1 +2 +3 +never +allow tcp 80 uid=33 only$' stats
gives "stats --json" 0 . stats --json
json "its totals" 'j["total"] == {"grants": 7, "denies": 8, "kernel_denies": 9}'
gives "explain the detached program" 1 \
	'^  portacl     may not be enforced: the program bind4 was detached$' \
	explain /usr/bin/true 33 tcp/80
gives "its advice" 1 '^  portaclctl unload && portaclctl load$' \
	explain /usr/bin/true 33 tcp/80
gives "allowed by the kernel, unless the rest of the policy refuses" 0 \
	'allowed by sysctl, unless refused by portacl' explain /usr/bin/true 33 tcp/8080
sed -i 's/detached bind4/detached guard_rename/' usr/sbin/portacl-bpf
gives "explain a detached guard" 0 'allowed by portacl' explain /usr/bin/true 33 tcp/80
touch -d tomorrow sys/fs/bpf/portacl
gives "explain a process that ran before" 0 'ran before the BPF backend was attached' \
	explain "$$" tcp/80
gives "who" 0 'rule 1: allow tcp 80 uid=33 only' who tcp/80
cp usr/sbin/portacl-bpf enforcing
sed -i 's/mode enforce/mode permissive/; s/allow rule=1/deny only rule=1/' \
	usr/sbin/portacl-bpf
gives "who: a mode that enforces nothing" 0 \
	'^everybody else: needs CAP_NET_BIND_SERVICE' who tcp/80
grep -q '^not enforced in this mode: ' out && ! grep -q 'reserved by' out
point $? "who: says so"
gives "who --json" 0 . who --json tcp/80
json "who: the kernel's own rule decides" 'j["root"] == j["others"] == "legacy"'
mv enforcing usr/sbin/portacl-bpf
gives "who --json" 0 . who --json tcp/80
json "who: the policy decides" 'j["root"] == j["others"] == "allow"'
gives "ps" 0 . ps
gives "learn --start" 0 '^mode learn' learn --start
[ "$(cat mode)" = learn ] && [ "$(cat observed)" = clear ]
point $? "both are handed over"
gives "learn" 0 '^allow tcp 81 exe=/usr/sbin/nginx uid=root$' learn --print
gives "learn: a program that ran before" 0 \
	'^# the program may have run before the BPF backend was attached' learn --print
gives "lock" 2 'root can always detach the programs' lock --until-reboot
gives "another load needs the choice, too" 2 'the BPF backend is in force' \
	load ok.conf
printf '# a comment\ndeny tcp 81\n' > no.conf
gives "its own reason" 2 '^portaclctl: line 3, column 1: no; the old policy stays' \
	load --backend=bpf no.conf
gives "another generation" 2 'changed' load --backend=bpf --generation 9 ok.conf
printf 'backend bpf\nallow tcp 80 uid=33\n' > file.conf
gives "backend bpf" 0 '^loaded: 1 rule' load file.conf
printf 'backend bpf\nallow sctp  80 gid=33\n' > sctp.conf
gives "what it cannot enforce, with line and column" 2 \
	'sctp.conf:2:7: the BPF backend cannot enforce allow for sctp' load sctp.conf
gives "check says so, too" 1 'sctp.conf:2:7: ' check sctp.conf
{
	echo 'backend bpf'
	for uid in $(seq 65); do echo "allow tcp 80 uid=$uid-1000"; done
} > ranges.conf
gives "more ranges than it compares" 1 \
	'ranges.conf:66:1: the BPF backend compares at most 64 rules' check ranges.conf
gives "check --json says so, too" 1 . check --json ranges.conf
json "where" '[(p["line"], p["column"]) for p in j["problems"]] == [(66, 1)]'
gives "load says so without the backend" 2 'ranges.conf:66:1: the BPF backend compares' \
	load ranges.conf
sed -i 1d ranges.conf
gives "the kernel module has no such limit" 0 '^ok: ' check ranges.conf
printf 'allow tcp 80 uid=33\nbackend bpf\n' > late.conf
gives "behind a rule" 1 "late.conf:2:1: 'backend' must stand before the rules" \
	check late.conf
printf 'backend ebpf\n' > word.conf
gives "another word" 1 "word.conf:1:1: 'backend bpf' expected" check word.conf
gives "unload" 0 '' unload
[ ! -e sys/fs/bpf/portacl ]
point $? "it is gone"
gives "--confirm, and no policy was in force" 1 '^rolled back' \
	load --backend=bpf --confirm 60 ok.conf
grep -qx 'commit generation=1' sys/fs/bpf/portacl/policy &&
	! grep -q allow sys/fs/bpf/portacl/policy
point $? "an empty one is, without an answer"
rm -r sys/fs/bpf/portacl
echo 'allow tcp' > etc/portacl.conf
gives "at boot, files with an error" 2 'the last good policy is in force instead' \
	load --boot
grep -qx 'allow tcp 80 uid=33' sys/fs/bpf/portacl/policy
point $? "it is in force by the same backend"
rm -r sys/fs/bpf/portacl
kernel_files "$PWD"
gives "backend bpf, and portacl is in the kernel" 0 '^loaded: 1 rule' load file.conf
grep -qx 'allow tcp 80 uid=33' "$fs/policy" && [ ! -e sys/fs/bpf/portacl ]
point $? "the kernel has the policy"
