#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2086,SC2154
# load, show, diff, status, mode, stats, lock and --confirm on a real kernel.
. "$(dirname "$0")/lib.sh"

generation() {
	sed -n 's/^generation //p' $fs/status
}

policy <<'EOF'
allow tcp http,https exe=/usr/bin/perl uid=www-data only
deny udp 1-1023 log
EOF
gives "show" 0 '^allow tcp 80,443 exe=/usr/bin/perl uid=33 only$' show
"$ctl" check --print now.conf > canonical 2> err
"$ctl" show > out
cmp canonical out > err
point $? "show prints what check --print said"
"$ctl" show > shown.conf
gives "what show prints loads again" 0 '^loaded: 2 rules' load shown.conf
gives "and is the same" 0 '' diff now.conf
digest=$(sha256sum canonical | cut -d ' ' -f 1)
gives "status has the digest of it" 0 "^digest +$digest" status
gives "status names the loader" 0 'by root .uid 0., process [0-9]' status
echo 'allow tcp 99 uid=0' >> now.conf
gives "diff" 1 '^\+allow tcp 99 uid=0' diff now.conf

before=$(generation)
gives "a load for another generation" 2 'changed by somebody else' \
	load --generation $((before + 7)) now.conf
printf 'allow tcp 80 frob\n' > bad.conf
gives "a bad file" 2 '^bad.conf:1:14: unknown word' load bad.conf
[ "$(generation)" = "$before" ] && cmp -s shown.conf canonical
point $? "neither changed anything"
printf 'version 1\nallow tcp 80 frob\ncommit\n' > $fs/policy 2> err
grep -q 'line 2, column 14: unknown word$' $fs/status
point $? "the kernel's error is at the same place as the tool's"
gives "status shows it" 0 "^last error +line 2, column 14: unknown word$" \
	status

# The kernel and the tool give the same verdicts.
while read -r request; do
	"$ctl" test --file shown.conf $request > want
	"$ctl" test --kernel $request > out
	[ "$(head -n 1 want)" = "$(head -n 1 out)" ]
	point $? "test $request: $(head -n 1 want)"
done <<'EOF'
tcp/80 exe=/usr/bin/perl uid=33
tcp/80 exe=/usr/bin/perl uid=0
tcp/80 exe=/bin/perl uid=33
tcp/80 exe=/usr/bin/env uid=33
tcp/80 uid=33
tcp/80 exe=/usr/bin/perl uid=33 taint=nnp
tcp/80 exe=/usr/bin/perl uid=33 taint=nopath
tcp/443 exe=/usr/bin/perl uid=33 net=other
udp/53 uid=0
udp/1024 uid=5
EOF

start $www perl binder.pl 80
[ "$(result)" = ok ]
point $? "the policy grants"
stop
gives "stats count it" 0 '^ +1 +1 +0  20' stats
start perl binder.pl 80
[ "$(result)" = $EACCES ]
point $? "and denies root"
gives "explain says by what" 1 'refused .EACCES. by portacl' explain $binder tcp/80
stop
gives "mode permissive" 0 '' mode permissive
start perl binder.pl 80
[ "$(result)" = ok ]
point $? "permissive leaves root to the kernel's own rule"
gives "explain knows" 0 'not enforced in this mode' explain $binder tcp/443
stop
gives "mode enforce" 0 '' mode enforce

# monitor
"$ctl" monitor > seen 2> err &
monitor=$!
until_true 60 sh -c 'grep -q portacl_bind /sys/kernel/tracing/instances/*/set_event'
start perl binder.pl 80; result > /dev/null; stop
start $www perl binder.pl 80; result > /dev/null; stop
until_true 60 grep -q 'allow.*port=80.*uid=33' seen
point $? "monitor shows a grant"
until_true 60 grep -q 'denied proto=tcp addr=0.0.0.0 port=80 uid=0.*reason="wrong uid"' seen
point $? "monitor shows a denial with its reason"
kill $monitor
wait $monitor
[ -z "$(ls /sys/kernel/tracing/instances)" ]
point $? "monitor leaves no trace buffer"

# confirm
echo 'deny tcp 4242' > new.conf
is_old() {
	"$ctl" show | cmp -s canonical -
}
is_new() {
	"$ctl" show | grep -q 'deny tcp 4242'
}
echo yes | "$ctl" load --confirm 600 new.conf > out 2> err && is_new
point $? "confirm: yes keeps the policy"
"$ctl" load shown.conf > out
echo no | "$ctl" load --confirm 600 new.conf > out 2> err
[ $? = 1 ] && is_old
point $? "confirm: no brings the old one back"
mkfifo answer
# asks SECONDS: load the new policy and wait for the question; $pid is the tool.
asks() {
	rm -f out
	"$ctl" load --confirm "$1" new.conf < answer > out 2> err &
	pid=$!
	exec 9> answer
	until_true 60 grep -q Type out
}
asks 3
wait $pid
[ $? = 1 ] && grep -q '^rolled back$' out && is_old
point $? "confirm: no answer brings the old one back"
asks 600
is_new
point $? "confirm: the policy is in force while it asks"
kill -TERM $pid
wait $pid
grep -q '^rolled back$' out && is_old
point $? "confirm: terminated, the old one comes back and it says so"
exec 9>&-
"$ctl" load --confirm 60 - < new.conf > out 2> err
[ $? = 2 ] && is_old
point $? "confirm: nobody to ask, nothing is loaded"
start sh -c 'sleep 600 | exec "$0" load --confirm 600 new.conf' "$ctl"
until_true 60 grep -q Type result
# The guard, which has the same name, was started later.
pid=$(pgrep -x portaclctl | sort -n | head -n 1)
kill -KILL "$pid"
until_true 60 is_old
point $? "confirm: killed, the old one comes back"
stop
rm -f typescript
# The end of its input would be an answer, too.
sleep 600 | script -qfc "$ctl load --confirm 600 new.conf" typescript > /dev/null 2>&1 &
pid=$!
until_true 60 grep -q Type typescript
is_new
point $? "confirm: on a terminal"
kill -KILL $pid
until_true 60 is_old
point $? "confirm: the terminal is lost, the old one comes back"
asks 600
echo 'deny tcp 4243' > other.conf
"$ctl" load other.conf > /dev/null
kill -TERM $pid
wait $pid
"$ctl" show | grep -q 'deny tcp 4243'
point $? "confirm: a policy that somebody else loaded meanwhile stays"

# A policy of a boot, as a service would load it.
mkdir -p /etc/portacl.d
cp shown.conf /etc/portacl.conf
cp "$ctl" /usr/sbin/portaclctl
"$top/tools/portaclctl/init/portacl.init" start > out 2> err && is_old
point $? "the init script loads the policy"

gives "lock" 0 '' lock --until-reboot
gives "locked: no load" 2 'locked until the next boot' load new.conf
gives "locked: no mode" 2 'locked until the next boot' mode learn
gives "status says so" 0 '^locked +until reboot' status
done_testing
