# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# T27: refusals in a log are explained, and become rules.

cat > log.conf <<'EOF'
deny tcp 81
allow tcp 82 exe=/usr/bin/env uid=daemon
EOF
# The forms of the audit trail, of dmesg, of journalctl and of /dev/kmsg
cat > forms.log <<'EOF'
type=AVC msg=audit(1732600000.123:456): avc:  denied  { name_bind } for  portacl: denied proto=tcp addr=0.0.0.0 port=81 uid=1 pid=4194303 comm="env" exe="/usr/bin/env" rule=1 reason="deny rule" tclass=tcp_socket
type=SYSCALL msg=audit(1732600000.123:456): arch=c000003e syscall=49 success=no exit=-13 pid=4194303 uid=1 comm="env" exe="/usr/bin/env"
[   12.345678] portacl: denied proto=udp addr=:: port=81 uid=1 pid=4194303 comm="env" exe="/usr/bin/env" rule=default reason="no rule"
Nov 26 10:00:00 host kernel: portacl: denied proto=sctp addr=? port=81 uid=1 pid=4194303 comm="env" exe="/usr/bin/env" rule=default reason="no rule"
Nov 26 10:00:00 host kernel: audit: type=1400 audit(1732600001.123:457): avc:  denied  { name_bind } for  portacl: denied proto=dccp addr=127.0.0.1 port=81 uid=1 pid=4194303 comm="env" exe="/usr/bin/env" rule=default reason="no rule" permissive=1 tclass=dccp_socket
5,1,2,-;portacl: granted proto=tcp addr=0.0.0.0 port=83 uid=1 pid=4194303 comm="env" exe="/usr/bin/env" rule=1
EOF
# reads NAME STATUS PATTERN FILE COMMAND ARGUMENT...: a log on standard input
reads() {
	name=$1 want=$2 pattern=$3 log=$4
	shift 4
	status=0
	"$ctl" "$@" < "$log" > out 2> err || status=$?
	[ "$status" = "$want" ] || echo "status $status, not $want" >> err
	cat out err | grep -Eq -e "$pattern" && [ "$status" = "$want" ]
	point $? "$name"
}
reads "explain -: a record of the audit trail" 1 \
	'^/usr/bin/env as daemon on tcp/81: refused .EACCES. by portacl' \
	forms.log explain --file log.conf -
[ "$(grep -c '^/usr/bin/env as daemon on \(tcp\|udp\|sctp\|dccp\)/81: refused' out)" = 4 ]
point $? "explain -: each form of a log, and no grant"
grep -q '^  note  *in the log 1 time, last 2024-11-26T05:46:40Z: rule=1 reason="deny rule"' out
point $? "explain -: what the log says"
grep -q '^\* portacl  *deny rule=1 .*log.conf:1: deny tcp 81$' out
point $? "explain -: what the policy says now"
reads "explain -: a log without a refusal" 2 'no record of a bind that portacl refused' \
	log.conf explain --file log.conf -
reads "explain -: and an operand" 2 "'-' takes no further operands" \
	forms.log explain --file log.conf - tcp/80

# audit TIME PORT PID COMM EXE REST: a record as the audit trail has it
audit() {
	echo "type=AVC msg=audit($1.000:1): avc:  denied  { name_bind } for  portacl: denied proto=tcp addr=0.0.0.0 port=$2 uid=1 pid=$3 comm=$4 exe=$5 $6 tclass=tcp_socket"
}
for time in 1732600000 1732600060 1732600120; do
	audit $time 82 4194303 '"env"' '"/usr/bin/env"' 'rule=default reason="no_new_privs" nearest=2'
done > again.log
reads "explain -: a bind is explained once" 1 \
	'in the log 3 times, last 2024-11-26T05:48:40Z: .*no_new_privs' \
	again.log explain --file log.conf -
[ "$(grep -c '^/usr' out)" = 1 ] && grep -q '^  allow tcp 82 .* accept=nnp$' out
point $? "explain -: the weakness that the log names counts"
echo 'allow tcp 82 exe=/usr/bin/env uid=daemon accept=nnp' > nnp.conf
reads "explain -: the policy allows it by now" 0 'allowed by portacl' \
	again.log explain --file nnp.conf -
printf '%s\n' 'deny any any cgroup=/system.slice/worker.service' \
	'allow tcp 82 exe=/usr/bin/env uid=daemon accept=nnp' > cgroup.conf
reads "explain -: a cgroup that is denied by now, which it was not in" 0 \
	'allowed by portacl' again.log explain --file cgroup.conf -
audit 1732600000 82 4194303 '"env"' '"/usr/bin/env"' 'rule=1 reason="deny rule"' > denied.log
reads "explain -: one that it may have been in" 1 'refused .* by portacl' \
	denied.log explain --file cgroup.conf -
start_sleep
audit 1732600000 81 $sleeper '"sleep"' "\"$exe\"" 'rule=1 reason="deny rule"' |
	sed "s/uid=1 /uid=$(id -u) /" > running.log
reads "explain -: a process that still runs" 1 "^$exe .pid $sleeper. as " \
	running.log explain --file log.conf -
hides "explain -: nothing is supposed of it" 'has ended'
sed "s,$exe,/usr/bin/env," running.log > other.log
reads "explain -: its number belongs to another program by now" 1 \
	'the process has ended' other.log explain --file log.conf -
kill $sleeper

# T14: names are the users' choice.
hex() { printf "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }
audit 1732600000 81 4194303 "$(hex '\033[31m')" "$(hex '/tmp/\302\233m\033 uid=0')" 'rule=1' > names.log
printf '%s\n' '[1.2] portacl: denied proto=tcp addr=:: port=81 uid=2 pid=4194303 comm="\033\040uid=0" exe="/opt/a\040\007b" rule=1 reason="deny rule"' >> names.log
printf 'portacl: denied proto=tcp port=81 uid=3 pid=1 comm="\033[31m" exe="/\033]0;x\007" rule=\033[m reason="\033[m"\n' >> names.log
reads "explain -: hexadecimal is decoded, and no byte of it is raw" 1 \
	'^/tmp/.302.233m.033 uid=0 as daemon on tcp/81: refused' \
	names.log explain --file log.conf -
grep -q '^/opt/a .007b as bin on tcp/81: refused' out
point $? "explain -: so is a name of the kernel log"
! cat out err | LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" &&
	[ "$(grep -c ': refused' out)" = 3 ]
point $? "explain -: no control character is printed"
reads "explain - --json: names" 1 . names.log explain --json --file log.conf -
json "explain - --json: the names" '[r["record"]["exe"] for r in j][:2] ==
	["/tmp/\u009bm\x1b uid=0", "/opt/a \x07b"] and
	[r["record"]["uid"] for r in j] == [1, 2, 3] and j[0]["record"]["comm"] == "\x1b[31m"'
audit 1732600000 81 4194303 '"x"' '"/opt/x"' 'verified=0 rule=1 reason="deleted"' > unverified.log
reads "explain -: a path that may be forged" 1 '^x as daemon on tcp/81: refused' \
	unverified.log explain --file log.conf -
grep -q 'note .*shows the program /opt/x, which need not be' out && ! grep -q '^  allow .*exe=' out
point $? "explain -: no rule names it"
grep -q '^  restart the program from an existing file' out
point $? "explain -: but the remedy is printed"
audit 1732600000 81 4194303 '"x"' "\"/$(printf '%0220d' 0)...\"" rule=1 > long.log
reads "explain -: a path that the kernel has shortened" 1 'only the start of the path' \
	long.log explain --file log.conf -
sed 's/): avc/) : avc/; s/"//g' names.log forms.log | grep 'type=AVC' > interpreted.log
reads "explain -: lines of ausearch -i" 2 'without quotes a program.s name may look like' \
	interpreted.log explain --file log.conf -
if command -v ausearch > /dev/null; then
	grep '^type=AVC' forms.log > audit.log
	ausearch -m AVC -if audit.log > found.log 2> err < /dev/null
	reads "explain -: ausearch" 1 ' on tcp/81: refused' found.log explain --file log.conf -
	ausearch -i -m AVC -if audit.log > found.log 2> err < /dev/null
	reads "explain -: ausearch -i" 2 'omit -i' found.log explain --file log.conf -
else
	skip "explain -: ausearch" "needs auditd"
fi

reads "learn -: the rule of a refusal" 0 '^allow tcp 82 exe=/usr/bin/env uid=daemon accept=nnp$' \
	again.log learn -
grep -q '^# refused 3 times$' out
point $? "learn -: how often"
cp out learned
gives "learn -: it can be loaded" 0 'ok: 1 file, 1 rule' check learned
reads "learn -: a deny rule" 0 '^# a deny rule refused it: ' forms.log learn -
reads "learn -: names" 0 '^# allow tcp 81 exe=/opt/x uid=daemon$' unverified.log learn -
reads "learn -: an odd name" 0 '^allow tcp 81 exe=/tmp/.302.233m.033.040uid=0 uid=daemon$' \
	names.log learn -
reads "learn -: a shortened path" 0 '1 refusals? w.* left out' long.log learn -
reads "learn - and --output" 2 'exclude each other' again.log learn --output x -
gives "learn --denials --start" 2 'takes no other option' learn --denials --start
gives "learn of a file" 2 "'-' expected" learn again.log
# In mode enforce, of the logs of the system
mkdir -p log/var/log/audit log/sys/kernel/security/portacl log/dev
cat forms.log again.log | grep '^type=' > log/var/log/audit/audit.log
printf 'version 1\ncommit\n' > log/sys/kernel/security/portacl/policy
echo enforce > log/sys/kernel/security/portacl/mode
export PORTACLCTL_ROOT="$PWD/log"
gives "learn --denials" 0 '^allow tcp 82 exe=/usr/bin/env uid=daemon accept=nnp$' \
	learn --denials --print
[ "$(grep -c '^allow' out)" = 2 ]
point $? "learn --denials: each bind"
printf 'version 1\nallow tcp 82 exe=/usr/bin/env uid=1 accept=nnp\ncommit\n' > \
	log/sys/kernel/security/portacl/policy
run learn --denials --print
hides "learn --denials: what the policy allows by now is left out" '^allow tcp 82'
rm log/var/log/audit/audit.log
gives "learn --denials: no log" 2 'can be read: No such file' learn --denials --print
unset PORTACLCTL_ROOT
