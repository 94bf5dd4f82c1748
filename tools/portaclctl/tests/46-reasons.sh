# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Files that are not as they should be, and the true reason in each message.

mkdir -p reasons/etc/portacl.d reasons/sys/kernel/security/portacl \
	reasons/var/lib/portacl
export PORTACLCTL_ROOT="$PWD/reasons"
fs=$PWD/reasons/sys/kernel/security/portacl
printf 'generation 1\nmode enforce\nlocked 0\ndigest 00\nerror none\nloaded boot\n' \
	> "$fs/status"
: > "$fs/policy"

# A link whose target is gone is no reason to load the rest.
echo 'allow tcp 80 uid=0' > reasons/etc/portacl.d/a.conf
gives "the usual files" 0 '1 file' check
for link in portacl.conf portacl.d/b.conf; do
	ln -s /nowhere/x.conf "reasons/etc/$link"
	for command in check load lint 'test tcp/80 uid=0 --file'; do
		[ "${command#test}" = "$command" ] || command="$command reasons/etc/$link"
		# shellcheck disable=SC2086
		run $command
		[ "$status" != 0 ] && grep -q "$link: No such file" err
		point $? "dangling link: $link: ${command%% *} says so"
	done
	rm "reasons/etc/$link"
done
[ ! -s "$fs/policy" ]
point $? "dangling link: nothing is loaded"
mv reasons/etc/portacl.d reasons/etc/elsewhere
ln -s gone reasons/etc/portacl.d
echo 'allow tcp 80 uid=0' > reasons/etc/portacl.conf
run check
[ "$status" != 0 ] && grep -q 'portacl.d: No such file' err
point $? "dangling link: the directory itself"
rm reasons/etc/portacl.d
mv reasons/etc/elsewhere reasons/etc/portacl.d
printf 'include %s\n' reasons/etc/inc.conf > inc.conf
ln -s /nowhere/y.conf reasons/etc/inc.conf
run check inc.conf
[ "$status" != 0 ] && grep -Eq 'inc.conf:1:9: .*(No such file|no such file)' err
point $? "dangling link: include"

gives "a file without an end" 2 '/dev/zero: File too large' check /dev/zero
gives "add: no directory for the file" 2 'none: No such file' \
	add --no-load --file none/x.conf allow tcp 80 uid=0
[ ! -e none ]
point $? "add: which is not made"
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	mkdir -p locked/etc
	chmod 755 . locked locked/etc
	ASAN_OPTIONS=detect_leaks=0 PORTACLCTL_ROOT=$PWD/locked setpriv --reuid 65534 \
		--clear-groups "$ctl" add --no-load allow tcp 80 uid=0 > out 2> err
	grep -q 'portacl.d: Permission denied' err
	point $? "add: the directory cannot be made"
else
	skip "add: the directory cannot be made" "needs root and setpriv"
fi

# A byte order mark.
printf '\357\273\277allow tcp 80 uid=0\n' > bom.conf
run check bom.conf
[ "$status" != 0 ] && grep -q '^bom.conf:1:1: the file starts with a byte order mark' err
point $? "BOM: UTF-8"
printf '\377\376a\000' > bom.conf
run check bom.conf
[ "$status" != 0 ] && grep -q '^bom.conf:1:1: the file starts with a byte order mark' err
point $? "BOM: UTF-16"

# learn adds to a file.
printf 'exe=/bin/true verified=1 uid=1 proto=tcp port=80 outcome=deny count=1 taint=none\n' \
	> "$fs/observed"
printf 'allow tcp 22 uid=0' > learned.conf
printf 'a\n' | "$ctl" learn --output learned.conf > out 2> err
gives "learn: a file without a final newline" 0 '2 rules' check learned.conf
cp learned.conf before.conf
gives "learn: what stands there already is left out" 0 \
	'^nothing new: learned.conf has the rules already$' learn --output learned.conf
cmp before.conf learned.conf > err
point $? "learn: and the file stays as it is"

# The disk is full: no half of a rule is left.
if [ "$(id -u)" = 0 ] && mkdir -p small && mount -t tmpfs -o size=8k none small 2> err; then
	printf '# %04000d\nallow tcp 22 uid=0\n' 0 > small/learned.conf
	cp small/learned.conf kept.conf
	head -c 4096 /dev/zero > small/fill 2> /dev/null
	python3 -c 'print("".join("exe=/bin/p%d verified=1 uid=1 proto=tcp port=%d outcome=deny count=1 taint=none\n" % (i, i + 1) for i in range(100)))' \
		> "$fs/observed"
	rc=0
	yes a 2> /dev/null | "$ctl" learn --output small/learned.conf > out 2> err || rc=$?
	[ $rc = 2 ] && grep -q 'learned.conf: No space left' err && cmp small/learned.conf kept.conf
	point $? "learn: the disk is full, and the file is as before"
	rc=0
	yes a 2> /dev/null | "$ctl" learn --output small/new.conf > out 2> err || rc=$?
	[ $rc = 2 ] && [ ! -e small/new.conf ]
	point $? "learn: nor is a new file left"
	umount small
else
	skip "learn: the disk is full, and the file is as before" "needs root and mount"
fi

# Processes that have no program.
unset PORTACLCTL_ROOT
if [ -r /proc/2/stat ] && [ -z "$(tr -d '\0' < /proc/2/cmdline)" ] &&
	grep -q '^Name:.kthreadd' /proc/2/status; then
	run explain 2 tcp/80
	[ "$status" != 0 ] && grep -q 'process 2 is a kernel thread' err
	point $? "explain: a kernel thread"
else
	skip "explain: a kernel thread" "process 2 is none"
fi

# Without /proc nothing is known of processes.  Nor does a sanitizer start there.
if [ "$(id -u)" = 0 ] && unshare -m umount -l /proc 2> /dev/null; then
	# bare NAME STATUS PATTERN ARGUMENT...
	bare() {
		name=$1 want=$2 pattern=$3
		shift 3
		status=0
		unshare -m sh -c 'umount -l /proc && exec "$@"' sh \
			"$bin/../portaclctl" "$@" > out 2> err || status=$?
		judge "no /proc: $name" "$want" "$pattern"
	}
	listen
	echo "deny tcp $port" > bare.conf
	bare "ps" 2 'procfs is not mounted' ps --file bare.conf
	bare "explain PID" 2 'procfs is not mounted' explain --file bare.conf 1 tcp/80
	bare "explain" 1 '^  note +cannot see: processes and sysctls: procfs is not mounted' \
		explain --file bare.conf env root "tcp/$port"
	bare "who" 0 '^  127.0.0.1 listening by a process that is not visible here' \
		who --file bare.conf "tcp/$port"
	bare "check --live" 0 'not checked: [0-9]+ sockets? whose process is not visible here' \
		check --live bare.conf
	kill "$server"
else
	skip "no /proc" "needs root and unshare"
fi
export PORTACLCTL_ROOT="$PWD/reasons"

# Words by habit.
for word in version -V; do
	gives "habit: $word" 0 '^portaclctl [0-9]' $word
done
gives "habit: list" 0 '' list
gives "habit: reload" 0 '^usage: portaclctl load' reload --help
gives "habit: disable" 2 'did you mean: mode permissive$' disable

# The stored policy.
gives "status: nothing is stored" 0 '^last good +none is stored$' status
run load
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	chmod 755 . reasons
	ASAN_OPTIONS=detect_leaks=0 setpriv --reuid 65534 --clear-groups \
		"$ctl" status > out 2> err
	grep -Eq '^last good +.*last-good: Permission denied$' out
	point $? "status: what only root may read is not said to be missing"
	unshare -m sh -c 'mount -t tmpfs -o size=4k none reasons/var/lib/portacl &&
		head -c 4096 /dev/zero > reasons/var/lib/portacl/full
		"$1" load; ls reasons/var/lib/portacl' sh "$ctl" > out 2> err
	grep -q 'last-good: No space left on device' err && ! grep -q last-good.new out
	point $? "load: the disk is full, and no half of a file is left"
else
	skip "status: what only root may read is not said to be missing" "needs root"
	skip "load: the disk is full, and no half of a file is left" "needs root"
fi
unset PORTACLCTL_ROOT
