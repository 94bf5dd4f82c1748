# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# explain and who, on this machine's kernel and a policy from a file.

cat > e.conf <<'EOF'
allow tcp 80 exe=/usr/bin/env uid=daemon only
deny tcp 81
allow tcp 82 exe=/usr/bin/env uid=daemon
EOF
ex() {
	name=$1 status=$2 pattern=$3
	shift 3
	gives "explain: $name" "$status" "$pattern" explain --file e.conf "$@"
}
ex "a rule allows" 0 '^/usr/bin/env as daemon on tcp/80: allowed by portacl' \
	env daemon tcp/80
ex "only refuses" 1 ' as nobody on tcp/80: refused .EACCES. by portacl' \
	env nobody tcp/80
ex "the nearest rule is shown" 1 'reason="wrong uid" nearest=1: e.conf:1: allow' \
	env nobody tcp/80
ex "the line that would help" 1 '^  allow tcp 80 exe=/usr/bin/env uid=nobody$' \
	env nobody tcp/80
ex "and where it must stand" 1 'allow tcp 81 .*  # before rule 2' env root tcp/81
ex "the kernel's own rule" 1 "refused .EACCES. by the kernel's own rule" \
	env daemon tcp/83
ex "the sysctl" 0 'allowed by sysctl' env daemon tcp/65000
ex "a weakness that can be accepted" 1 'allow tcp 82 .* accept=nnp' \
	env daemon tcp/82 taint=nnp
ex "a weakness that cannot" 1 'nobody but root may trace' \
	env daemon tcp/82 taint=traced
hides "and no line that would not grant" '^  allow'
ex "several weaknesses" 1 '^  allow tcp 82 .* uid=daemon accept=nnp,chroot$' \
	env daemon tcp/82 taint=chroot,nnp
ex "a program that others can replace" 1 \
	'^  chown root /usr/bin/env && chmod go-w /usr/bin/env$' \
	env daemon tcp/82 taint=writable
ex "or to accept it" 1 '^  allow tcp 82 .* uid=daemon accept=writable$' \
	env daemon tcp/82 taint=writable
ex "with another port" 1 '^  allow tcp 83 exe=/usr/bin/env uid=daemon$' \
	env daemon tcp/83 taint=writable
ex "the environment of a user: the line" 1 \
	'^  allow tcp 83 exe=/usr/bin/env uid=daemon$' env daemon tcp/83 taint=env
ex "the environment of a user: the program" 1 '^  then restart it$' \
	env daemon tcp/83 taint=env
ex "a rule that came too late" 1 '^  restart the program' \
	env daemon tcp/82 taint=env
hides "needs no other" '^  allow'
ex "both a line and what no line can mend" 1 '^  allow tcp 83 .* accept=nnp$' \
	env daemon tcp/83 taint=traced,nnp
# works NAME REQUEST...: the line that is suggested, before the rules, grants.
works() {
	name=$1
	shift
	run explain --file e.conf "$@"
	sed -n 's/^  \(allow .*\)/\1/p' out | tail -n 1 > line.conf
	cat e.conf >> line.conf
	gives "explain: the line works: $name" 0 'allowed by portacl' \
		explain --file line.conf "$@"
}
works "only" env nobody tcp/80
works "deny" env root tcp/81
works "weaknesses" env daemon tcp/82 taint=chroot,nnp,writable
works "no rule" env daemon tcp/83
works "network namespace" env daemon tcp/83 net=other
cp /usr/bin/env 'e*?[\ v'
ex "odd bytes are escaped" 1 '^  allow tcp 84 exe=/.*/e.052.077.133.134.040v ' \
	"$PWD/e*?[\\ v" daemon tcp/84
ex "another network namespace" 1 'net=any' env daemon tcp/82 net=other
ln -s /usr/bin/env link
ex "R38: a rule for another protocol" 1 \
	'portacl +legacy reason="other protocol" nearest=1 .rule 1: protocol udp, rule has tcp.: e.conf:1: allow tcp 80' \
	env daemon udp/80
ex "R38: what would help" 1 '^  allow udp 80 exe=/usr/bin/env uid=daemon$' \
	env daemon udp/80
ex "a symbolic link" 0 "^  note  *$PWD/link resolves to /usr/bin/env" \
	"$PWD/link" daemon tcp/80
printf '#!/usr/bin/env sh\n' > script
chmod +x script
ex "a script is its interpreter" 0 'is a script: the kernel sees /usr/bin/env' \
	"$PWD/script" daemon tcp/80
ex "an unknown program" 2 'nowhere: No such file' /nowhere daemon tcp/80
ex "a directory" 2 'is a directory' "$PWD" daemon tcp/80
ex "a file that is no program" 2 'e.conf is not executable' "$PWD/e.conf" daemon tcp/80
ex "no user" 2 'USER expected' env tcp/80
ex "process 0" 2 "'0' is neither a process id" 0 tcp/80
ex "a slash alone" 2 'PROTO/PORT expected' env root /
ex "half of somebody else" 2 'uid=0: explain asks for PROGRAM USER' \
	env daemon tcp/80 uid=0
ex "another program" 2 'exe=/bin/x: explain asks' env daemon tcp/80 exe=/bin/x
for word in foo=bar addr=bla taint=frob cgroup=x; do
	gives "explain: $word is wrong without a policy, too" 2 '^request:1:' \
		explain env daemon tcp/80 $word
done
ex "an unknown user" 2 "unknown user 'nobody-at-all'" env nobody-at-all tcp/80
ex "no port" 2 'PROTO/PORT expected' env daemon
worker=cgroup=/system.slice/worker.service
echo "deny any any $worker" > cgroup.conf
gives "explain: another cgroup is denied" 0 'root on tcp/80: allowed by' \
	explain --file cgroup.conf env root tcp/80
grep -qx "  note        rule 1 is for a cgroup: to ask about a program in it, add $worker" out
point $? "explain: how to ask about that cgroup"
gives "explain: that cgroup" 1 'refused .* by portacl' \
	explain --file cgroup.conf env root tcp/80 $worker
hides "explain: which was asked about" 'to ask about a program'
start_sleep
ex "a running process" 1 "^$exe .pid $sleeper. as .*: refused" $sleeper tcp/81
ex "its no_new_privs is none" 1 'seccomp' $sleeper tcp/81
kill $sleeper
gives "explain: no such process" 2 'there is no process' explain 4194303 tcp/80
if [ "$(id -u)" = 0 ] && command -v setpriv setcap > /dev/null; then
	setpriv --bounding-set=-net_bind_service sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	ex "root without the capability" 1 'it is not in the bounding set' \
		$sleeper tcp/83
	kill $sleeper
	cp /usr/bin/env cap
	setcap cap_net_bind_service=ep cap
	ex "a file capability" 0 'by the capability of its file' \
		"$PWD/cap" daemon tcp/83
	ex "is void with no_new_privs" 1 'no_new_privs makes the capability of its file void' \
		"$PWD/cap" daemon tcp/83 taint=nnp
else
	skip "capabilities" "needs root, setpriv and setcap"
fi
gives "explain --json" 1 . explain --json --file e.conf env nobody tcp/80
json "its members" 'j["refused"] is True and j["decided_by"] == "portacl" and
	[l["layer"] for l in j["layers"]] == ["netns", "seccomp", "lsm",
	"cgroup-bpf", "portacl", "sysctl", "capability", "holder"] and
	j["layers"][4]["effect"] == "deny" and
	j["suggestion"] == "allow tcp 80 exe=/usr/bin/env uid=nobody" and
	j["advice"] == [j["suggestion"]] and j["held_by"] is None and
	j["request"].startswith("tcp 80 uid=65534 gid=")'

gives "who: the rules" 0 '  rule 1: e.conf:1: allow tcp 80' who --file e.conf tcp/80
gives "who: everybody else" 0 'everybody else, root included: refused' \
	who --file e.conf tcp/80
gives "who: the kernel's own rule" 0 'needs CAP_NET_BIND_SERVICE' \
	who --file e.conf udp/80
listen
gives "who: a listener" 0 "127.0.0.1 listening by python3.*.$server." \
	who --file e.conf "tcp/$port"
gives "who --json" 0 . who --json --file e.conf "tcp/$port"
json "its members" 'j["holders"][0]["addr"] == "127.0.0.1" and
	j["holders"][0]["state"] == "listening" and j["free"] is False and
	j["others"] == "legacy" and j["rules"] == [] and j["protocol"] == "tcp"'
gives "explain: the holder" 0 "holder  *127.0.0.1 listening by python3.*.$server." \
	explain --file e.conf env daemon "tcp/$port"
gives "explain: the holder is in the first line" 0 \
	"^.* allowed by sysctl.*, but the port is held by python3.*.$server. .EADDRINUSE.$" \
	explain --file e.conf env daemon "tcp/$port"
gives "explain: unless the address is another one" 0 'allowed by sysctl' \
	explain --file e.conf env daemon "tcp/$port" addr=127.0.0.2
hides "it does not clash" '^[^ ].*held by'
gives "explain: nor with the process itself" 0 'allowed by' \
	explain --file e.conf "$server" "tcp/$port"
hides "it is the holder" '^[^ ].*held by'
kill "$server"

# Other security modules, in files that stand for the kernel's.
mkdir -p root/sys/kernel/security root/var/log/audit
export PORTACLCTL_ROOT="$PWD/root"
lsms() {
	echo "lockdown,capability,$1" > root/sys/kernel/security/lsm
}
lsms yama
ex "modules without a say" 0 '^/usr/bin/env as daemon on tcp/80: allowed by portacl, in a kernel with portacl$' \
	env daemon tcp/80
ex "a kernel without portacl: the advice" 1 '^this would help, in a kernel with portacl:$' \
	env daemon tcp/81
lsms yama,frobnicate
ex "an unknown module" 0 'unless refused by lsm' env daemon tcp/80
ex "its name" 0 'may refuse: frobnicate is loaded' env daemon tcp/80
if [ "$(id -u)" = 0 ] && setpriv --bounding-set=-all true 2> /dev/null; then
	lsms yama,bpf
	setpriv --bounding-set=-all "$ctl" explain --file e.conf env daemon \
		tcp/80 > out 2> err
	grep -q 'unless refused by lsm' out && grep -q 'may refuse: BPF programs' out
	point $? "explain: BPF programs that cannot be looked at"
else
	skip "explain: BPF programs" "needs root and setpriv"
fi

# Like the kernel, date a record by the moment it is written.  The process that
# it names runs already.
logged() {
	sed "s/audit(NOW/audit($(date +%s)/" > root/var/log/audit/audit.log
}
# selinux PID COMM PERMISSIVE [TIME]
selinux() {
	logged <<EOF
type=AVC msg=audit(${4:-NOW}.000:1): avc:  denied  { name_bind } for  pid=$1 comm="$2" src=81 scontext=a tcontext=b tclass=tcp_socket permissive=$3
EOF
}
lsms yama
start_sleep
selinux $sleeper sleep 0
ex "SELinux refused it" 1 'refused .EACCES. by lsm$' $sleeper tcp/81
selinux $sleeper sleep 1
ex "a permissive domain" 1 'lsm .*nothing known' $sleeper tcp/81
selinux $sleeper sleep 0 1700000000
ex "a record that is older than the process" 1 \
	'lsm .*may refuse: the log has a refusal, perhaps of another process: SELinux' $sleeper tcp/81
selinux 1 frob 0
ex "a record of another program" 1 'lsm .*nothing known' $sleeper tcp/81
selinux 1 env 0
sed -i s/src=81/src=80/ root/var/log/audit/audit.log
ex "a record of the program" 0 'allowed by portacl.*unless refused by lsm' \
	env daemon tcp/80
ex "a record of another port" 1 'lsm .*nothing known' env daemon tcp/81
ex "a record of another protocol" 1 'lsm .*nothing known' env daemon udp/80
apparmor() {
	logged <<EOF
type=AVC msg=audit(NOW.000:1): apparmor="DENIED" operation="bind" class="net" profile="x" pid=$sleeper comm="sleep" family="$1" sock_type="stream" protocol=$2 requested_mask="bind" denied_mask="bind"
EOF
}
apparmor inet 6
ex "AppArmor refused it" 1 'refused .EACCES. by lsm$' $sleeper tcp/81
apparmor inet 17
ex "AppArmor refused another protocol" 1 'lsm .*nothing known' $sleeper tcp/81
apparmor unix 0
ex "AppArmor refused another family" 1 'lsm .*nothing known' $sleeper tcp/81
landlock() {
	logged <<EOF
type=LANDLOCK_ACCESS msg=audit(NOW.000:7): domain=195ba459b blockers=net.bind_tcp src=81
type=SYSCALL msg=audit(NOW.000:7): arch=c000003e syscall=49 success=no exit=-13 ppid=1 pid=$1 comm="x" exe="$2"
EOF
}
landlock $sleeper "$exe"
ex "Landlock refused it" 1 'refused .EACCES. by lsm$' $sleeper tcp/81
landlock 1 /sbin/frob
ex "Landlock refused another program" 1 'lsm .*nothing known' $sleeper tcp/81
landlock 1 "$exe"
ex "Landlock refused another process of it" 1 'lsm .*perhaps of another process' \
	$sleeper tcp/81
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }
landlock 1 x
sed -i "s,exe=\"x\",exe=$(hex "$exe")," root/var/log/audit/audit.log
ex "a path in hexadecimal" 1 'lsm .*perhaps of another process' $sleeper tcp/81
kill $sleeper

# R28: another module refuses what portacl grants; the log has no grant then.
start_sleep
echo "allow tcp 2019 exe=$exe uid=$(id -un) accept=writable" > r28.conf
r28() {
	name=$1 status=$2 pattern=$3
	gives "R28: $name" "$status" "$pattern" explain --file r28.conf \
		$sleeper tcp/2019
}
: > root/var/log/audit/audit.log
r28 "the control: portacl allows" 0 'allowed by portacl'
landlock $sleeper "$exe"
sed -i s/src=81/src=2019/ root/var/log/audit/audit.log
r28 "the other layer is named" 1 "^$exe .*: refused .EACCES. by lsm\$"
r28 "as what it is" 1 '^\* lsm +the log has a refusal: .*Landlock'
r28 "portacl allows" 1 '^  portacl +allow rule=1: r28.conf:1: allow tcp 2019'
hides "R28: and nothing of portacl's is suggested" 'would help'
run explain --json --file r28.conf $sleeper tcp/2019
json "R28: the same as JSON" 'j["decided_by"] == "lsm" and j["refused"] and
	{l["layer"]: l["effect"] for l in j["layers"]}["portacl"] == "allow" and
	j["suggestion"] is None'
selinux $sleeper sleep 0
sed -i s/src=81/src=2019/ root/var/log/audit/audit.log
r28 "SELinux" 1 '^\* lsm +the log has a refusal: SELinux'
kill $sleeper
unset PORTACLCTL_ROOT

# R21: a user's process that runs already when the rule comes.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	setpriv --reuid 65533 --clear-groups sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	exe=$(readlink -f "/proc/$sleeper/exe")
	echo "allow tcp 80 exe=$exe uid=65533" > r21.conf
	gives "R21: the rule came after the program" 1 \
		'portacl +legacy reason="env .rule loaded after exec: restart the program." nearest=1' \
		explain --file r21.conf $sleeper tcp/80
	gives "R21: what would help" 1 '^  restart the program: it was started before the rule' \
		explain --file r21.conf $sleeper tcp/80
	gives "R21: a program that is started now" 0 \
		' as uid 65533 on tcp/80: allowed by portacl' \
		explain --file r21.conf sleep 65533 tcp/80
	echo "allow tcp 80 exe=$exe uid=65533 accept=env" > r21.conf
	gives "R21: accept=env takes the old one" 0 'allowed by portacl' \
		explain --file r21.conf $sleeper tcp/80
	kill $sleeper
else
	skip "R21" "needs root and setpriv"
fi

# A process is judged by its own mounts and namespaces.
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then
	mkdir -p mnt
	unshare -m sh -c 'mount -t tmpfs -o nosuid none mnt &&
		cp "$(command -v sleep)" mnt/sleep && exec mnt/sleep 600' &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	echo "allow tcp 80 exe=$PWD/mnt/sleep uid=0 accept=writable" > mnt.conf
	gives "explain: a nosuid mount that only the process has" 0 \
		'portacl +legacy reason="nosuid mount" nearest=1' \
		explain --file mnt.conf $sleeper tcp/80
	kill $sleeper
else
	skip "explain: a mount namespace" "needs root and unshare"
fi
python3 - <<'EOF'
import os, struct
code = bytes.fromhex("b81d000000cd80ebf7")	# pause(), for ever
head = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HHIIIIIHHHHHH",
	2, 3, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
load = struct.pack("<8I", 1, 0, 0x8048000, 0x8048000, 84 + len(code),
	84 + len(code), 5, 4096)
open("elf32", "wb").write(head + load + code)
os.chmod("elf32", 0o755)
EOF
./elf32 2> /dev/null &
sleeper=$!
until_true 60 is_settled elf32 $sleeper
if [ "$(id -u)" = 0 ] && is_running elf32 $sleeper 2> /dev/null; then
	run explain --json --file e.conf $sleeper tcp/80
	json "explain: a 32-bit program" '" launch=root" in j["request"] and
		"env" not in j["request"]'
	kill $sleeper
else
	skip "explain: a 32-bit program" "needs root and a kernel that runs it"
fi

name=$(printf 'e\303\251\342\202\254\360\237\220\247\377\300\257')
cp /usr/bin/env "$name"
ln -s "$name" utf8
gives "explain --json: a name in UTF-8" 1 . explain --json --file e.conf \
	"$PWD/utf8" daemon tcp/84
json "is kept, and what is none is not" \
	'j["notes"][0].endswith("/e\u00e9\u20ac\U0001f427???")'
