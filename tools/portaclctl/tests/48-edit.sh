# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# T27: one rule is added or deleted, checked and loaded in one step.

fs=$PWD/edit/sys/kernel/security/portacl
mkdir -p "$fs" edit/etc/portacl.d edit/proc edit/var/lib
printf 'mode enforce\ngeneration 4\nerror none\n' > "$fs/status"
printf 'version 1\ncommit\n' > "$fs/policy"
echo 'allow tcp 25 uid=0' > edit/etc/portacl.conf
echo 'allow tcp 26 uid=0' > edit/etc/portacl.d/90-last.conf
local=$PWD/edit/etc/portacl.d/50-local.conf
export PORTACLCTL_ROOT="$PWD/edit"
gives "add: the first rule" 0 '50-local.conf:1: added' \
	add 'allow tcp 8080 uid=daemon'
echo 'allow tcp 8080 uid=daemon' > want
cp "$local" out
same "add: the file" want
canonical 'allow tcp 25 uid=0' 'allow tcp 8080 uid=1' 'allow tcp 26 uid=0'
sed -i 's/^commit$/& generation=4/' want
cp "$fs/policy" out
same "add: the policy in force, in the order of the files" want
# A comment, no newline at the end, a mode of its own.
printf '# of mine\nallow tcp 8080 uid=daemon # why\n# the end' > "$local"
chmod 640 "$local"
gives "add: words instead of one argument" 0 '50-local.conf:4: added' \
	add allow udp 53 uid=root
printf '# of mine\nallow tcp 8080 uid=daemon # why\n# the end\nallow udp 53 uid=root\n' > want
cp "$local" out
same "add: comments stay, and the last line is ended" want
[ "$(stat -c %a "$local")" = 640 ]
point $? "add: the file keeps its mode"
gives "add: a rule that is there, written otherwise" 0 'has the rule already' \
	add 'allow  udp domain uid=0'
cp "$local" out
same "add: it is not there twice" want
gives "add: wrong rule" 2 "^rule:1:11: .*" add allow tcp 70000 uid=0
gives "add: not a rule" 2 'did you mean: allow PROTO PORTS' add 80/tcp nginx
gives "add: for whom the rule changes its program" 0 '^note: if a user other than root executes /usr/bin/env,' \
	add allow tcp 8088 exe=/usr/bin/env uid=daemon
gives "add: another rule" 0 'added' add allow tcp 8089 uid=daemon
hides "add: says nothing of that program" '^note:'
gives "delete" 0 'deleted' delete allow tcp 8089 uid=daemon
hides "delete: nor does it" '^note:'
gives "delete: the rule of the program" 0 'deleted' delete allow tcp 8088 exe=/usr/bin/env uid=daemon
gives "add: two lines" 2 'one line' add 'allow tcp 80 uid=0
deny any any'
gives "add: nothing" 2 'a rule expected' add
cp "$local" out
same "add: after errors the file is as before" want
gives "add: a rule that nothing reaches" 0 'never reached for tcp/25: .*portacl.conf:1 comes first' \
	add 'deny tcp 25 uid=0'
gives "delete: it, written otherwise" 0 '50-local.conf:5: deleted' \
	delete deny tcp smtp uid=root
cp "$local" out
same "delete: the file is as before" want
! grep -q '^deny' "$fs/policy"
point $? "delete: the policy is loaded"
gives "delete: a rule of another file" 1 '50-local.conf does not have the rule' \
	delete allow tcp 25 uid=0
gives "delete --file" 0 '90-last.conf:1: deleted' \
	delete --file "$PWD/edit/etc/portacl.d/90-last.conf" allow tcp 26 uid=0
# The load fails: nothing changes.
echo 'allow tcp 26 uid=nobodyknows' > edit/etc/portacl.d/90-last.conf
cp "$fs/policy" policy.old
gives "add: another file is wrong" 2 'unknown user' add allow tcp 81 uid=0
cp "$local" out
same "add: the file is unchanged" want
cmp -s "$fs/policy" policy.old && [ ! -e "$local.new" ]
point $? "add: nor is the policy, and no file is left behind"
rm edit/etc/portacl.d/90-last.conf
mv "$fs/policy" policy.moved
mkdir "$fs/policy"
gives "add: the kernel does not take it" 2 'stays in force|policy' add allow tcp 81 uid=0
cp "$local" out
same "add: then the file is unchanged" want
rmdir "$fs/policy"
mv policy.moved "$fs/policy"
gives "add --no-load" 0 'added' add --no-load allow tcp 81 uid=0
! grep -q ' 81 ' "$fs/policy" && grep -q ' 81 ' "$local"
point $? "add --no-load: the file alone"
gives "add --file of another policy" 2 'not part of the usual policy' \
	add --file other.conf allow tcp 81 uid=0
gives "add --file --no-load" 0 'other.conf:1: added' \
	add --no-load --file other.conf allow tcp 81 uid=0
ln -sf ../real.conf "$local"
gives "add: through a link to nothing" 2 'No such file' add --no-load allow tcp 82 uid=0
echo '# real' > edit/etc/real.conf
gives "add: through a link" 0 added add --no-load allow tcp 82 uid=0
[ -L "$local" ] && grep -q ' 82 ' edit/etc/real.conf
point $? "add: the link stays, its target changes"
for n in 1 2 3 4 5 6 7 8; do
	"$ctl" add --no-load allow tcp 100$n uid=0 > out.$n 2>&1 &
	adders="${adders-} $!"
done
# shellcheck disable=SC2086
wait $adders
[ "$(grep -c ' 100[1-8] ' edit/etc/real.conf)" = 8 ]
point $? "add: eight at once lose no rule"
# The file and the policy agree, whatever happens after the load.
before() {
	printf 'version 1\ndefault deny\ncommit\n' > "$fs/policy"
	echo '# none' > edit/etc/real.conf
}
is_before() {
	head -n 2 "$fs/policy" | grep -qx 'default deny' &&
		[ "$(cat edit/etc/real.conf)" = '# none' ] && [ ! -e edit/etc/real.conf.new ]
}
before
echo yes | "$ctl" add --confirm 60 allow tcp 83 uid=0 > out 2> err &&
	grep -q '^confirmed\|: confirmed$' out && grep -q ' 83 ' edit/etc/real.conf &&
	grep -q ' 83 ' "$fs/policy"
point $? "add --confirm, answered with yes"
before
rc=0
echo no | "$ctl" add --confirm 60 allow tcp 83 uid=0 > out 2> err || rc=$?
[ $rc = 1 ] && is_before
point $? "add --confirm, answered with no"
rc=0
"$ctl" add --confirm 1 allow tcp 83 uid=0 > out 2> err < /dev/null || rc=$?
[ $rc = 1 ] && is_before
point $? "add --confirm, not answered"
# Others meanwhile.
before
asks 'Type yes' "$ctl" add --confirm 600 allow tcp 83 uid=0
echo 'deny tcp 25 uid=33' >> edit/etc/real.conf
answer 'yes\n'
[ $rc = 2 ] && grep -q 'real.conf: somebody else has changed it meanwhile' out &&
	[ "$(xargs < edit/etc/real.conf)" = '# none deny tcp 25 uid=33' ] &&
	head -n 2 "$fs/policy" | grep -qx 'default deny'
point $? "add: what somebody else writes meanwhile stays"
before
mkdir -p edit/usr/sbin
printf '#!/bin/sh\nsed -i "s/^generation .*/generation 5/" "%s/status"\n' "$fs" > edit/usr/sbin/sshd
chmod 755 edit/usr/sbin/sshd
gives "add: another policy is loaded meanwhile" 2 'not loaded: another policy was loaded meanwhile' \
	add allow tcp 83 uid=0
is_before
point $? "add: nothing has changed then"
sed -i 's/^generation .*/generation 4/' "$fs/status"
gives "load: another policy is loaded meanwhile" 2 'not loaded: another policy was loaded meanwhile' load
is_before
point $? "load: nothing has changed then"
sed -i 's/^generation .*/generation 4/' "$fs/status"
rm edit/usr/sbin/sshd
# The names of files.
gives "add --file of a file that is not read" 2 'not part of the usual policy' \
	add --file "$PWD/edit/etc/portacl.d/.h.conf" allow tcp 84 uid=0
(cd edit/etc/portacl.d && "$ctl" add --file 60-here.conf allow tcp 84 uid=0) > out 2> err &&
	grep -q ' 84 ' "$fs/policy" && grep -q ' 84 ' edit/etc/portacl.d/60-here.conf
point $? "add --file: a file of the usual policy by a relative path"
rm -f edit/etc/portacl.d/60-here.conf
gives "add --confirm --no-load" 2 'nothing to confirm' add --no-load --confirm 9 allow tcp 83 uid=0
gives "add --confirm --json" 2 'asks a question' add --json --confirm 9 allow tcp 83 uid=0
if [ "$(id -u)" = 0 ] && command -v strace > /dev/null; then
	# fails CALL ERROR: the call fails in the command or in its guard.
	fails() {
		before
		rc=0
		ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e inject="$1:error=$2:when=1" \
			"$ctl" add allow tcp 83 uid=0 > out 2> err || rc=$?
		[ $rc = 2 ] && grep -q "$3" err && is_before
		point $? "add: $1 fails with $2: nothing has changed"
	}
	fails rename ENOSPC 'real.conf: No space left'
	grep -q 'rolled back: the old policy is in force, and the file is unchanged' err
	point $? "add: which says so"
	fails rename EROFS 'real.conf: Read-only file system'
	before
	rc=0
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e inject=rename:error=EROFS:when=1 \
		"$ctl" add --json allow tcp 83 uid=0 > out 2> err || rc=$?
	[ $rc = 2 ] && [ ! -s out ] && grep -q 'real.conf: Read-only file system' err
	point $? "add --json: an error is on standard error, and nothing on standard output"
	fails fsync ENOSPC 'real.conf.new: No space left'
	before
	mkdir -p edit/full && mount -t tmpfs -o size=4k none edit/full 2> err && {
		head -c 4096 /dev/zero > edit/full/fill
		ln -sf "$PWD/edit/full/real.conf" "$local"
		: > edit/full/real.conf
		gives "add: the disk is full" 2 'real.conf.new: No space left' add allow tcp 83 uid=0
		head -n 2 "$fs/policy" | grep -qx 'default deny' && [ ! -e edit/full/real.conf.new ]
		point $? "add: then nothing is loaded"
		umount edit/full
		ln -sf ../real.conf "$local"
	}
	unshare -n python3 "$here/confirm_test.py" "$bin/../portaclctl" add > out 2> err
	point $? "add: a fault at each system call: $(sed -n 's/^# \([0-9]* faults\)$/\1/p' out)"
else
	skip "add: a fault after the load" "needs root and strace"
fi
unset PORTACLCTL_ROOT adders
