# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The policy that a machine falls back to, and programs that moved.

mkdir -p good/sys/kernel/security/portacl good/etc/portacl.d good/bin good/jdk-11 \
	good/jdk-17
export PORTACLCTL_ROOT="$PWD/good"
fs=$PWD/good/sys/kernel/security/portacl
conf=$PWD/good/etc/portacl.conf
stored=$PWD/good/var/lib/portacl/last-good
# kernel PID: a kernel whose policy that process loaded, 0: it is the boot's
kernel() {
	loaded=boot
	[ "$1" = 0 ] || loaded="uid=0 pid=$1 time=2026-11-25T10:00:00Z"
	: > "$fs/policy"
	printf 'mode enforce\ngeneration 1\nrules 0\ndefault legacy\nlocked 0\ndigest %s\nerror none\nloaded %s\n' \
		"${2-none}" "$loaded" > "$fs/status"
}
kernel 0
mkdir -p good/var/lib good/run
for version in 11 17; do
	cp /bin/true good/jdk-$version/java
done
ln -s ../jdk-11/java good/bin/java
cat > "$conf" <<EOF
allow tcp 80 exe=$PWD/good/bin/java uid=daemon accept=writable only
allow tcp http exe=$PWD/good/jdk-17/java uid=root accept=writable
deny any 1-1023
EOF
gives "R22: load says what a link resolves to" 0 \
	"portacl.conf:1: exe=$PWD/good/bin/java resolves to $PWD/good/jdk-11/java" load
grep -q "^allow tcp 80 exe=$PWD/good/jdk-11/java uid=1 accept=writable only" "$fs/policy"
point $? "R22: the kernel gets the canonical path"
sed -n '/^version/,$p' "$stored" | diff - "$fs/policy" > err
point $? "last good: what the kernel got is stored"
digest=$(sha256sum "$fs/policy" | cut -d ' ' -f 1)
grep -qx "# digest $digest" "$stored"
point $? "last good: with its digest"
[ "$(stat -c %a "$stored")" = 600 ]
point $? "last good: nobody else reads it"
for length in 55 56 63 64 119 120; do
	# A comment is in the file and not in the policy: its path is.
	path=$(printf "%0${length}d" 0 | tr 0 a)
	echo "deny tcp 1 exe=/$path" > "good/etc/portacl.d/x.conf"
	run load
	[ "$(sed -n 's/^# digest //p' "$stored")" = \
		"$(sha256sum "$fs/policy" | cut -d ' ' -f 1)" ] || break
done
point $? "last good: the digest of texts of any length"
rm good/etc/portacl.d/x.conf
run load

kernel 0 "$digest"
gives "status: it is in force" 0 '^last good +the policy in force$' status
hides "status: nothing is stale" '^(stale|boot error)'
kernel 0 other
gives "status: it is not" 0 "^last good +$digest\$" status

# A name that is gone.
cp "$conf" saved.conf
echo 'allow tcp 81 uid=nobody-at-all' >> "$conf"
kernel 0
gives "boot: a name that is gone is a failure" 2 "unknown user 'nobody-at-all'" \
	load --boot
grep -q '^portaclctl: the files could not be loaded; the last good policy is in force instead' err
point $? "boot: it says so"
[ "$(sha256sum "$fs/policy" | cut -d ' ' -f 1)" = "$digest" ]
point $? "boot: the stored policy is loaded"
gives "status carries the error" 0 \
	"^boot error +.*portacl.conf:4:18: unknown user 'nobody-at-all'; the last good" status
gives "status --json" 0 . status --json
json "its members" "j['last_good'] == '$digest' and j['stale'] == [] and
	\"unknown user 'nobody-at-all'\" in j['boot_error']"
kernel 812
gives "boot: while the machine runs, too" 2 'the policy in force stays' load --boot
[ ! -s "$fs/policy" ]
point $? "boot: then nothing is loaded"
gives "status: who and when" 0 . status --json
json "its members" 'j["loader"]["pid"] == 812 and j["loaded"] == "2026-11-25T10:00:00Z"'
kernel 0
gives "without --boot the old policy stays" 2 '^portaclctl: 1 error$' load
[ ! -s "$fs/policy" ]
point $? "and nothing is loaded"
sed -i 's/uid=1 /uid=2 /' "$stored"
gives "boot: a stored policy that is damaged" 2 'no policy to fall back to: .* is damaged' \
	load --boot
[ ! -s "$fs/policy" ]
point $? "boot: is not loaded"
sed -i 's/uid=2 /uid=1 /' "$stored"
chmod 622 "$stored"
gives "boot: one that others can write" 2 'users other than root can write it' load --boot
chmod 600 "$stored"
mv "$stored" saved
gives "boot: none" 2 'no policy to fall back to: .*last-good: No such file' load --boot
mv saved "$stored"
rm "$conf"
gives "boot: no file" 2 'no policy: there is neither' load --boot
cp saved.conf "$conf"
kernel 0 "$digest"
gives "boot: the files are good" 0 '^loaded: 3 rules' load --boot
gives "status: and the error is gone" 0 'last good' status
hides "status: no error" '^boot error'
gives "load --boot --confirm" 2 'exclude each other' load --boot --confirm 5
mkfifo good/etc/portacl.d/pipe.conf
gives "boot: a pipe is not waited for" 2 'pipe.conf: the file is a pipe' load --boot
echo 'deny tcp 5' > other.conf
run load other.conf
gives "boot: which stays until these files are loaded" 0 '^boot error .*a pipe' status
rm good/etc/portacl.d/pipe.conf
run load
if [ "$(id -u)" = 0 ] && command -v strace > /dev/null; then
	# A file that is read for a load, and whose open does not return
	ports=good/proc/sys/net/ipv4/ip_local_port_range
	mkdir -p "${ports%/*}"
	mkfifo "$ports"
	kernel 0
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=alarm "$ctl" load --boot \
		> out 2> err &
	loader=$!
	if until_true 60 grep -q 'alarm(90)' trace; then
		kill -s ALRM "$(sed -n 's/^\([0-9]*\) .*alarm(90).*/\1/p' trace)"
	else
		timeout 60 sh -c "echo 1 2 > $ports"
	fi
	rc=0
	wait $loader || rc=$?
	[ $rc = 2 ] && grep -q 'the last good policy is in force instead' err &&
		[ "$(sha256sum "$fs/policy" | cut -d ' ' -f 1)" = "$digest" ]
	point $? "boot: something that is looked up does not answer"
	gives "status: the error says so" 0 '^boot error .*could not be loaded in 90 seconds' status
	rm -r good/proc
else
	skip "boot: something that is looked up does not answer" "needs root and strace"
fi
run load
cp "$stored" before
echo half > "$stored.new"
run load
[ "$(cat "$stored.new")" = half ] && cmp before "$stored" && rm "$stored.new"
point $? "last good: another portaclctl stores it at the same time"
echo no | "$ctl" load --confirm 60 other.conf > out 2> err
cmp before "$stored" 2> err
point $? "last good: not what was not confirmed"

# Programs that moved.
kernel 0 "$digest"
gives "stale: nothing is" 0 '^every program is where' load --stale
ln -sf ../jdk-17/java good/bin/java
gives "R23: status: a link leads elsewhere" 0 \
	"^stale +.*portacl.conf:1: exe=$PWD/good/bin/java now resolves to $PWD/good/jdk-17/java, the policy that was loaded has $PWD/good/jdk-11/java" \
	status
gives "R23: lint" 1 'portacl.conf:1: exe=.*/bin/java now resolves to .*exe-stale' lint
gives "R23: status --json" 0 . status --json
json "its members" "j['stale'][0]['line'] == 1 and
	j['stale'][0]['file'].endswith('/etc/portacl.conf')"
kernel 0 another
gives "R23: another policy in force is left alone" 2 'not loaded again' load --stale
[ ! -s "$fs/policy" ]
point $? "R23: nothing is loaded"
kernel 0 "$digest"
gives "R23: the package hook loads again" 0 '^loaded: 3 rules' load --stale
grep -q "^allow tcp 80 exe=$PWD/good/jdk-17/java uid=1 " "$fs/policy"
point $? "R23: with the new program"
kernel 0
rm good/jdk-17/java
gives "R23: status: a program is gone" 0 \
	"^stale +.*portacl.conf:2: exe=$PWD/good/jdk-17/java no longer exists" status
gives "R23: lint" 1 'portacl.conf:2: .*no longer exists.*exe-stale' lint
# A program that came after the load, as a link.
kernel 0
echo "allow tcp 82 exe=$PWD/good/bin/late uid=0 accept=writable" > "$conf"
run load
kernel 0 "$(sha256sum "$fs/policy" | cut -d ' ' -f 1)"
gives "stale: a program that is still missing" 0 'every program is where the policy says' load --stale
ln -s ../jdk-11/java good/bin/late
gives "stale: a program that has come" 0 "^stale +.*late now resolves to $PWD/good/jdk-11/java" status
gives "load --stale: it is loaded again" 0 '^loaded: 1 rule' load --stale
grep -q "exe=$PWD/good/jdk-11/java" "$fs/policy"
point $? "stale: with its path"
cp saved.conf "$conf"
gives "load --stale FILE" 2 'for the usual files' load --stale other.conf

# Whose link it is.
ln -s ../jdk-11/java good/bin/link
echo "allow tcp 80 exe=$PWD/good/bin/link uid=1" > link.conf
gives "a link that users other than root can change is not followed" 0 \
	'resolves to .*: the rule matches nobody' check link.conf
if [ -L /bin ]; then
	echo 'allow tcp 80 exe=/bin/env uid=1' > link.conf
	gives "R22: merged directories" 0 '^link.conf:1: exe=/bin/env resolves to /usr/bin/env$' \
		check link.conf
	gives "R22: check --print" 0 '^allow tcp 80 exe=/usr/bin/env uid=1$' \
		check --print link.conf
	gives "R22: the rule is good" 0 '^allow rule=1$' \
		test --file link.conf tcp/80 exe=/usr/bin/env uid=1
else
	skip "R22: merged directories" "/bin is no link"
fi
unset PORTACLCTL_ROOT
