# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Files: the usual ones in order, patterns, standard input, many errors.

mkdir -p etc/portacl.d bin
export PORTACLCTL_ROOT="$PWD"
gives "no policy at all is an error" 2 'neither .*/etc/portacl.conf' check
echo 'allow tcp 1 uid=0' > etc/portacl.conf
echo 'allow tcp 3 uid=0' > etc/portacl.d/20-b.conf
echo 'allow tcp 2 uid=0' > etc/portacl.d/10-a.conf
echo 'frob' > etc/portacl.d/ignored.txt
gives "portacl.conf, then portacl.d/*.conf" 0 'ok: 3 files, 3 rules' check
run check --print
canonical 'allow tcp 1 uid=0' 'allow tcp 2 uid=0' 'allow tcp 3 uid=0'
same "the files are taken in order" want
unset PORTACLCTL_ROOT

cp /bin/true bin/one
cp /bin/true bin/two
cp /bin/true 'bin/a b'
echo "allow tcp 80 exe=$PWD/bin/[ot]* uid=0 accept=writable" > glob.conf
gives "a pattern is expanded" 0 'ok: 1 file, 2 rules' check glob.conf
gives "each match is listed" 0 "^glob.conf:1: exe= matches $PWD/bin/two" \
	check glob.conf
printf '%s\n' "allow tcp 80 exe=$PWD/bin/a\\040* uid=0 accept=writable" > glob.conf
gives "a match with a blank is quoted" 0 "exe=$PWD/bin/a.040b" \
	check --print glob.conf
cp /bin/true bin/.hidden
echo "allow tcp 80 exe=$PWD/bin/.* uid=0 accept=writable" > glob.conf
gives "a directory is no program" 0 'ok: 1 file, 1 rule,' check glob.conf
rm bin/.hidden
echo "allow tcp 80 exe=$PWD/bin/none* uid=0 only # exe=/b*" > glob.conf
gives "a pattern without a match is a warning" 0 \
	'glob.conf:1:18: warning: no file matches: the rule allows nobody' \
	check glob.conf
gives "and its rule still reserves the port" 1 '^deny only' \
	test --file glob.conf tcp/80 exe=/bin/true uid=0
# Patterns alone may make a policy too large: that is an error, and soon.
python3 - > glob.conf <<EOF
for n in range(60000):
    print("allow tcp %d exe=$PWD/bin/[ot]* uid=0 accept=writable" % (n + 1))
EOF
gives "patterns that match too much" 2 \
	'glob.conf:50001:21: the exe= patterns match too many programs' \
	lint glob.conf
gives "check --json: so it says" 1 . check --json glob.conf
json "once" '[p["line"] for p in j["problems"] if not p["warning"]] == [50001]'
python3 - > glob.conf <<EOF
for n in range(50):
    print("allow tcp 80 exe=$PWD/bin/none* uid=0")
EOF
run check glob.conf
[ "$(grep -c 'warning: no file matches' err)" = 20 ] &&
	grep -q 'of 30 more rules, no file matches' err
point $? "many patterns without a match: twenty are shown"
echo 'allow tcp 80 uid=0 # exe=/bin/* is no key' > glob.conf
gives "a pattern in a comment is none" 0 '1 rule' check glob.conf

printf 'frob\nallow tcp x uid=33\nallow tcp 80 uid=0\nfrob\n' > bad.conf
gives "all errors are reported at once" 1 '^portaclctl: 3 errors' check bad.conf
yes frob | head -n 50 > bad.conf
gives "but not hundreds" 1 '20 errors, the rest is not read' check bad.conf
"$ctl" check - < "$samples/good-nginx.conf" > out 2> err
point $? "- is standard input"
gives "a file that is not there" 2 'nowhere.conf: No such file' \
	check nowhere.conf
gives "how a blank in a path is written" 1 '^    in a path .* \\040$' \
	check "$samples/bad-blank.conf"
printf 'allow tcp 80 uid=0 \033[31m\n' > bad.conf
run check bad.conf
hides "no escape sequence reaches the terminal" "$(printf '\033')"
{ printf 'allow tcp 80 uid=1'; seq -f ',%.0f' 3 2 40000 | tr -d '\n'; echo
} > long.conf
gives "a line that is too long for the kernel" 1 'long.conf:1:65536: the line is too long' \
	check long.conf
i=0
while [ $i -lt 20 ]; do
	echo "include deep-$((i + 1)).conf" > deep-$i.conf
	i=$((i + 1))
done
gives "includes have a depth limit" 1 'too many files include each other' \
	check deep-0.conf
echo "allow tcp 80 exe=$PWD/bin/nowhere uid=0" > dead.conf
gives "a program that is not there is a warning" 0 \
	'^dead.conf:1: warning: .*does not exist: the rule matches nobody' \
	check dead.conf
ln -sf one bin/link
echo "allow tcp 80 exe=$PWD/bin/link uid=0" > dead.conf
gives "so is a symbolic link, with what it resolves to" 0 \
	"^dead.conf:1: warning: .*it resolves to $PWD/bin/one" check dead.conf

printf 'allow 80 uid=0\nallow tcp uid=0\n' > bad.conf
run check bad.conf
grep -q '^bad.conf:1:7: protocol expected$' err &&
	grep -q '^bad.conf:2:11: ports expected$' err
point $? "a word that was forgotten is named"
name=$(printf '%0300d' 0 | tr 0 a)
echo "allow tcp 80 uid=$name" > bad.conf
gives "a name that is long" 1 "^bad.conf:1:18: unknown user 'a+'\$" check bad.conf
for option in --help --version 'load --help'; do
	# shellcheck disable=SC2086
	! "$ctl" $option > /dev/full 2> err && grep -q 'No space left' err
	point $? "$option: what cannot be printed is an error"
done
gives "help of a subcommand" 0 '^usage: portaclctl load ' help load
gives "help of none" 2 'unknown subcommand' help frob
gives "help says who binds" 0 'needs uid=root' help
cp /bin/true 'bin/o*e'
printf '%s\n' "allow tcp 80 exe=$PWD/bin/o\\052e uid=0 accept=writable" > glob.conf
"$ctl" check --print glob.conf > printed.conf 2> err
gives "a path with a star" 0 'exe=.*/bin/o.052e uid=0' check --print printed.conf
same "what is printed is no pattern when it is read" printed.conf

# load --confirm, into files that stand for the kernel's.
mkdir -p confirm/sys/kernel/security/portacl
fake=$PWD/confirm/sys/kernel/security/portacl
echo 'deny tcp 4242' > new.conf
old_policy() {
	printf 'version 1\ndefault legacy\nallow tcp 1 uid=0\ncommit\n' > "$fake/policy"
	printf 'generation 3\nmode enforce\nlocked 0\n' > "$fake/status"
}
export PORTACLCTL_ROOT="$PWD/confirm"
for signal in TERM INT; do
	old_policy
	mkfifo answer
	rm -f out
	"$ctl" load --confirm 600 new.conf < answer > out 2> err &
	pid=$!
	exec 9> answer
	until_true 60 grep -q '^Type yes' out
	grep -q 'deny tcp 4242' "$fake/policy"
	point $? "confirm: the policy is in force while it asks"
	kill -$signal $pid
	status=0
	wait $pid || status=$?
	exec 9>&-
	rm answer
	[ $status = 1 ] && grep -q '^rolled back$' out &&
		grep -q 'allow tcp 1 uid=0' "$fake/policy"
	point $? "confirm: SIG$signal rolls back and says so"
done
old_policy
status=0
setsid "$ctl" load --confirm 2 - < new.conf > out 2> err || status=$?
[ $status = 2 ] && grep -q 'needs a terminal for the answer' err &&
	grep -q 'allow tcp 1 uid=0' "$fake/policy"
point $? "confirm: the policy from standard input, and nobody to ask"
if command -v script > /dev/null; then
	old_policy
	rm -f out
	{ until_true 60 grep -q 'Type yes' out; echo yes
		until_true 60 grep -q confirmed out; } |
		script -qec "cat new.conf | $ctl load --confirm 600 -" \
			typescript > out 2> err
	grep -q confirmed out && grep -q 'deny tcp 4242' "$fake/policy"
	point $? "confirm: the policy from a pipe, the answer from the terminal"
else
	skip "confirm: the answer from the terminal" "needs script"
fi
unset PORTACLCTL_ROOT
