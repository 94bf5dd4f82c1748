# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The commands that talk to the kernel, on files that stand for securityfs.

export PORTACLCTL_ROOT="$PWD"
gives "without portacl there is one clear line" 2 \
	'^portaclctl: (this kernel runs without portacl|securityfs is not mounted)' \
	status
mkdir -p proc sys/kernel/security
echo lockdown,capability > sys/kernel/security/lsm
echo 'quiet portacl=off' > proc/cmdline
gives "with portacl=off it says that" 2 \
	'^portaclctl: portacl is switched off: the kernel was booted with portacl=off$' status
hides "and advises nothing" 'bpf'
rm -r proc sys
kernel_files "$PWD"
gives "status" 0 '^loaded +2026-11-25T10:00:00Z by root .uid 0., process 812$' status
gives "status --json" 0 . status --json
json "its members" 'j["mode"] == "enforce" and j["generation"] == 4 and
	j["locked"] is False and j["error"] is None and
	j["loader"] == {"uid": 0, "pid": 812} and
	j["rules"] == 2 and j["default"] == "legacy" and j["abi"] == 1 and
	j["digest"] == "00ff" and j["loaded"] == "2026-11-25T10:00:00Z"'
run show
same "show" "$fs/policy"
gives "show --json" 0 . show --json
json "its members" 'j["default"] == "legacy" and len(j["rules"]) == 2 and
	j["rules"][0]["exe"] == "/usr/sbin/nginx" and
	j["rules"][0]["ports"] == [[80, 80], [443, 443]] and
	j["rules"][0]["only"] is True and j["rules"][0]["uid"] == [[33, 33]] and
	j["rules"][1]["action"] == "deny" and j["rules"][1]["log"] == "all" and
	j["rules"][1]["ports"] == [[1, 1023]] and j["rules"][1]["exe"] is None'
gives "stats" 0 '^ +1 +7 +2  2023-.* allow tcp 80,443' stats
gives "stats --unused" 0 '^ +2 +0 +0  never +deny any' stats --unused
hides "shows no rule that was used" 'nginx'
gives "R03: stats counts what only refuses by its reason" 0 \
	'^reason="reserved" count=3$' stats
gives "stats --json" 0 . stats --json
json "R03: so does --json" 'j["reasons"]["reserved"] == 3'
json "its members" 'j["rules"][0] == {"rule": 1, "grants": 7, "denies": 2,
	"last": 1700000001,
	"text": "allow tcp 80,443 exe=/usr/sbin/nginx uid=33 only"} and
	j["rules"][1]["last"] is None and j["reasons"] == {"wrong uid": 2, "reserved": 3} and
	j["total"] == {"grants": 7, "denies": 2, "legacy": 5}'
gives "mode" 0 '^enforce$' mode
gives "an unknown mode" 2 'a mode is enforce' mode off
run mode permissive
grep -q permissive "$fs/mode"
point $? "mode is written"
gives "lock" 0 '^0$' lock
run lock --until-reboot
grep -q 1 "$fs/lock"
point $? "lock is written"

cat > d.conf <<'EOF'
allow tcp http,https exe=/usr/sbin/nginx uid=www-data only
deny any 1-1023 log
EOF
gives "diff of the same" 0 '' diff d.conf
echo 'allow tcp 99 uid=0' >> d.conf
env --ignore-signal=CHLD "$ctl" diff d.conf > out 2> err
[ $? = 1 ]
point $? "diff, started by a process that ignores SIGCHLD"
gives "diff" 1 '^\+allow tcp 99 uid=0' diff d.conf
gives "T23: diff: an error is no difference" 2 'No such file' diff nowhere.conf

: > "$fs/policy"
gives "load" 0 '^loaded: 3 rules, generation 4, mode enforce' load d.conf
tail -n 1 "$fs/policy" | grep -qx commit
point $? "load is one transaction that ends in commit"
: > "$fs/policy"
run load --generation 4 d.conf
tail -n 1 "$fs/policy" | grep -qx 'commit generation=4'
point $? "load --generation"
: > "$fs/policy"
printf 'frob\n' > bad.conf
run load bad.conf
[ "$status" = 2 ] && [ ! -s "$fs/policy" ]
point $? "a bad file is not even sent"
gives "load --json: an error is on standard error" 2 '^bad.conf:1:1: ' load --json bad.conf
[ ! -s out ]
point $? "load --json: and nothing on standard output"
echo "allow tcp 80 exe=$PWD/nowhere* uid=0" > none.conf
gives "load --json: a pattern" 0 . load --json none.conf
json "that matches nothing is a warning" 'any("no file matches" in w for w in j["warnings"])'
rm none.conf

printf 'version 1\ndefault deny\ncommit\n' > "$fs/policy"
before=$(cat "$fs/policy")
echo yes | "$ctl" load --confirm 20 d.conf > out 2> err
rc=$?
[ $rc = 0 ] && grep -q 'allow tcp 99' "$fs/policy" && grep -q confirmed out
point $? "load --confirm, answered with yes"
echo "$before" > "$fs/policy"
echo no | "$ctl" load --confirm 20 d.conf > out 2> err
rc=$?
[ $rc = 1 ] && grep -q 'rolled back' out &&
	head -n 3 "$fs/policy" | grep -qx 'default deny' &&
	grep -qx 'commit generation=5' "$fs/policy"
point $? "load --confirm, answered with no"
echo "$before" > "$fs/policy"
"$ctl" load --confirm 1 d.conf > out 2> err < /dev/null
rc=$?
[ $rc = 1 ] && head -n 3 "$fs/policy" | grep -qx 'default deny'
point $? "load --confirm, not answered"
echo "$before" > "$fs/policy"
mkfifo hold
sleep 600 > hold &
holder=$!
rm out
"$ctl" load --confirm 600 d.conf > out 2> err < hold &
loader=$!
until_true 60 grep -q Type out
grep -q 'allow tcp 99' "$fs/policy"
point $? "load --confirm puts the policy in force while it asks"
kill -KILL $loader
wait $loader 2> /dev/null
is_old() {
	head -n 3 "$fs/policy" | grep -qx 'default deny'
}
until_true 60 is_old
point $? "load --confirm, killed, as when the terminal is lost"
kill $holder
gives "--confirm without a number" 2 'number of seconds' load --confirm soon d.conf

cat > "$fs/observed" <<'EOF'
exe=/usr/sbin/nginx verified=1 uid=0 proto=tcp port=80 outcome=legacy count=3 taint=none
exe=/usr/sbin/nginx verified=1 uid=0 proto=tcp port=443 outcome=legacy count=1 taint=env
exe=/usr/sbin/dnsmasq verified=1 uid=0 proto=tcp port=53 outcome=deny count=1 taint=none
exe=/usr/sbin/dnsmasq verified=1 uid=0 proto=udp port=53 outcome=deny count=1 taint=none
exe=/opt/app\040x/run verified=1 uid=1 proto=tcp port=81 outcome=legacy count=1 taint=nnp
exe=/opt/app\040x/run verified=1 uid=1 proto=tcp port=90 outcome=legacy count=1 taint=nnp
exe=/bin/liar verified=0 uid=1 proto=tcp port=82 outcome=legacy count=1 taint=none
exe=/bin/gone verified=1 uid=1 proto=tcp port=83 outcome=legacy count=1 taint=deleted
exe=/bin/known verified=1 uid=1 proto=tcp port=84 outcome=grant count=1 taint=none
exe=/opt/a\052b\077\133c] verified=1 uid=1 proto=tcp port=85 outcome=legacy count=1 taint=none
exe=/bin/high verified=1 uid=1 proto=tcp port=8080 outcome=legacy count=1 taint=none
overflow=0
EOF
run learn --print
grep -v '^# ' out > rules
cat > want <<'EOF'
allow tcp 85 exe=/opt/a\052b\077\133c] uid=daemon
allow tcp 81,90 exe=/opt/app\040x/run uid=daemon accept=nnp
allow tcp,udp 53 exe=/usr/sbin/dnsmasq uid=root
allow tcp 80,443 exe=/usr/sbin/nginx uid=root
EOF
cp out learned
cp rules out
sort want -o want
sort out -o out
same "learn --print" want
cp learned out
gives "what was learned can be loaded" 0 'ok: 1 file, 4 rules' check learned
hides "no name of a program is taken for a pattern" 'no file matches'
# A directory of users may have names that a rule takes for something else.
cp /etc/passwd users
sed -i '/:65533:/d' users
if [ "$(id -u)" = 0 ] && unshare -m mount --bind users /etc/passwd 2> err; then
	echo 'exe=/bin/a verified=1 uid=65533 proto=tcp port=80 outcome=deny count=1 taint=none' \
		> one
	mv "$fs/observed" observed
	mv one "$fs/observed"
	for user in 1000 '1-5' 'john doe' 'a,0' 'a#b' 'DOM\\joe'; do
		cp /etc/passwd users
		sed -i "/:65533:/d; \$a $user:x:65533:65533::/:/bin/sh" users
		unshare -m sh -c 'mount --bind users /etc/passwd && exec "$@"' sh \
			"$ctl" learn --print > out 2> err
		grep -qx 'allow tcp 80 exe=/bin/a uid=65533' out
		point $? "learn: the user $user is a number"
	done
	mv observed "$fs/observed"
else
	skip "learn: users whose names are no words" "needs root and unshare"
fi
grep -q '^# allow tcp 82 exe=/bin/liar' learned &&
	grep -q '^# not verified' learned
point $? "a program that may have lied is only a comment"
grep -q "^# cannot be allowed, the program's identity is: deleted" learned
point $? "so is one without an identity"
grep -q '^# a weakness must be accepted' learned
point $? "a weakness is commented on"
gives "learn --all" 0 '^allow tcp 8080 exe=/bin/high uid=daemon' \
	learn --print --all
gives "learn --ranges" 0 '^allow tcp 81-90 exe=/opt/app.040x' \
	learn --print --ranges
printf 's\ns\ns\na\n' | "$ctl" learn --output chosen.conf > out 2> err
[ "$(grep -vc '^#' chosen.conf)" = 1 ]
point $? "learn asks about each rule"
# says NAME ANSWERS PATTERN: what learn says at last; it writes nothing.
says() {
	printf '%b' "$2" | "$ctl" learn --output none.conf > out 2> err
	grep -Eq "$3" out && [ ! -e none.conf ]
	point $? "learn: $1"
}
says "every rule skipped" 's\ns\ns\ns\n' 'no rule was chosen'
says "q" 'q\n' 'no rule was chosen'
says "the end of the input" '' 'no rule was chosen'
# Two at once, and somebody else who writes the file meanwhile.
asks 'kip or' "$ctl" learn --output two.conf
gives "learn: another one asks about the same file" 2 'another portaclctl learn' \
	learn --output two.conf
echo 'deny tcp 9' >> two.conf
answer 's\ns\ns\ns\n'
[ "$(cat two.conf)" = 'deny tcp 9' ]
point $? "learn: what others write stays"
# A port that bindresvport has picked is another one the next time.
cp "$fs/observed" observed.kept
cat > "$fs/observed" <<'EOF'
exe=/sbin/rpc.statd verified=1 uid=0 proto=udp port=719 outcome=legacy count=1 taint=none
exe=/sbin/rpc.statd verified=1 uid=0 proto=udp port=111 outcome=legacy count=1 taint=none
exe=/sbin/imapd verified=1 uid=0 proto=tcp port=993 outcome=legacy count=1 taint=none
exe=/sbin/other verified=1 uid=1 proto=udp port=719 outcome=legacy count=1 taint=none
overflow=0
EOF
gives "T11: learn: a port of bindresvport's is a comment" 0 \
	'^# allow udp 719 exe=/sbin/rpc.statd uid=root$' learn --print
grep -q '^# bindresvport(3) may have picked the port' out
point $? "T11: learn: which says why"
[ "$(grep -c '^allow' out)" = 3 ] &&
	grep -q '^allow udp 111 exe=/sbin/rpc.statd uid=root$' out &&
	grep -q '^allow tcp 993 exe=/sbin/imapd uid=root$' out &&
	grep -q '^allow udp 719 exe=/sbin/other uid=daemon$' out
point $? "T11: learn: the port of a service, and of another user, is a rule"
mv observed.kept "$fs/observed"
rm -f closed.conf
printf 'a\n' | "$ctl" learn --output closed.conf >&- 2> err
[ ! -e closed.conf ] || ! grep -q uit closed.conf
point $? "learn: with a closed standard output, no question is in the file"
gives "learn opens its file before it asks" 2 'nowhere/x.conf: No such file' \
	learn --output nowhere/x.conf
hides "and asks nothing then" 'kip or'
gives "learn --print --output" 2 'exclude each other' learn --print --output x
gives "learn --start --all" 2 'takes no other option' learn --start --all

# observe OVERFLOW: what was observed is on standard input.
observe() {
	sed 's/$/ taint=none/' > "$fs/observed"
	echo "overflow=$1" >> "$fs/observed"
}
python3 -c 'for port in range(1024, 65536, 16):
	print("exe=/bin/resolver verified=1 uid=1 proto=udp port=%d outcome=deny count=1" % port)
print("exe=/bin/web verified=1 uid=0 proto=tcp port=80 outcome=legacy count=1")
print("exe=/bin/resolver verified=1 uid=1 proto=tcp port=53 outcome=deny count=1")' |
	observe 15968
gives "R05: learn: random ports are a note" 0 \
	'^# random ports: 4032 seen; ' learn --print
grep -q '15968 binds were not recorded' err
point $? "R05: learn: what was not recorded is counted"
grep -q '^# allow udp 1024-65520 exe=/bin/resolver uid=daemon$' out &&
	[ "$(wc -l < out)" -lt 20 ]
point $? "R05: learn: and a range that is no rule yet"
[ "$(grep -c '^allow' out)" = 2 ] && grep -q '^allow tcp 80 exe=/bin/web ' out &&
	grep -q '^allow tcp 53 exe=/bin/resolver ' out
point $? "R05: learn: the ports of services are rules, one by one"
gives "R05: learn: the range, if it is wanted" 0 \
	'^allow udp 1024-65520 exe=/bin/resolver uid=daemon$' learn --print --ranges
cp out learned
gives "R05: learn: and can be loaded" 0 'ok: 1 file, 3 rules' check learned
observe 0 <<'EOF'
exe=/usr/sbin/nginx verified=1 uid=33 proto=tcp port=80 outcome=legacy count=1
exe=/usr/sbin/nginx verified=1 uid=33 proto=tcp port=443 outcome=legacy count=1
exe=/usr/sbin/nginx verified=1 uid=33 proto=udp port=443 outcome=legacy count=1
EOF
gives "R38: learn: HTTP/3 is tcp and udp" 0 \
	'^allow tcp,udp 443 exe=/usr/sbin/nginx uid=www-data$' learn --print
grep -q '^allow tcp 80 exe=/usr/sbin/nginx uid=www-data$' out &&
	[ "$(grep -c '^allow' out)" = 2 ]
point $? "R38: learn: port 80 is tcp alone"
observe 0 <<'EOF'
exe=/bin/mme verified=1 uid=1 proto=sctp port=36412 outcome=deny count=2
exe=/bin/mme verified=1 uid=1 proto=sctp port=868 outcome=legacy count=1
EOF
gives "R37: learn: sctp" 0 '^allow sctp 868,36412 exe=/bin/mme uid=daemon$' \
	learn --print
observe 0 <<'EOF'
exe=/bin/go verified=1 uid=1 proto=tcp port=80 outcome=legacy count=2
exe=/bin/go verified=1 uid=1 proto=tcp port=80 outcome=deny count=1
EOF
gives "R31: learn: a port is named once, as tcp" 0 \
	'^allow tcp 80 exe=/bin/go uid=daemon$' learn --print
run learn --start
grep -q clear "$fs/observed" && grep -q learn "$fs/mode"
point $? "learn --start forgets and changes the mode"
unset PORTACLCTL_ROOT
