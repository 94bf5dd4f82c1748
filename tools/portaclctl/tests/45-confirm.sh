# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# load --confirm, on files that stand for those of the kernel.

mkdir -p confirm/sys/kernel/security/portacl confirm/var/lib
export PORTACLCTL_ROOT="$PWD/confirm"
fs=$PWD/confirm/sys/kernel/security/portacl
printf 'generation 7\nmode enforce\nlocked 0\nerror none\n' > "$fs/status"
printf 'version 1\ndefault legacy\ndeny tcp 1\ncommit\n' > old.conf
printf 'allow tcp 2 uid=0\n' > new.conf
is_old() {
	grep -q '^deny tcp 1$' "$fs/policy"
}
# Before, the guard was only started after the first output.
cp old.conf "$fs/policy"
rm -f answer
mkfifo answer
sleep 600 > answer &
sleeper=$!
"$ctl" load --confirm 3 new.conf < answer 2> err | true
until_true 60 is_old
point $? "confirm: nobody reads the output: the old policy comes back"
cp old.conf "$fs/policy"
python3 - "$ctl" > out 2> err <<'EOP'
import os, signal, subprocess, sys
out, full = os.pipe()
os.set_blocking(full, False)
try:
    while True:
        os.write(full, b" " * 4096)
except BlockingIOError:
    os.set_blocking(full, True)
command = subprocess.Popen([sys.argv[1], "load", "--confirm", "2", "new.conf"],
                           stdin=open("answer"), stdout=full)
policy = os.environ["PORTACLCTL_ROOT"] + "/sys/kernel/security/portacl/policy"
while "allow tcp 2" not in open(policy).read():
    pass
command.send_signal(signal.SIGHUP)
command.send_signal(signal.SIGTSTP)
while "deny tcp 1" not in open(policy).read():
    pass
command.kill()
EOP
point $? "confirm: output that nobody takes, and HUP: the old policy comes back"
kill $sleeper
cp old.conf "$fs/policy"
asks 'Type yes' "$ctl" load --confirm 600 new.conf
sed -i 's/^generation .*/generation 9/' "$fs/status"
printf 'version 1\nallow tcp 3 uid=0\ncommit\n' > "$fs/policy"
answer 'yes\n'
[ $rc = 2 ] && grep -q 'not confirmed: another policy was loaded meanwhile' out &&
	grep -q '^allow tcp 3 ' "$fs/policy" && [ ! -e confirm/var/lib/portacl/last-good ]
point $? "confirm: another policy was loaded meanwhile: it stays, and this one is not confirmed"
sed -i 's/^generation .*/generation 7/' "$fs/status"
if [ "$(id -u)" = 0 ] && command -v strace > /dev/null; then
	for call in socketpair clone,clone3,fork,vfork; do
		cp old.conf "$fs/policy"
		echo yes | ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null \
			-e inject="$call":error=EAGAIN "$ctl" load --confirm 60 new.conf > out 2> err
		grep -q 'not loaded: ' err && cmp -s old.conf "$fs/policy"
		point $? "confirm: $call fails: nothing is loaded"
	done
	# hangs FAULT PATH ARGUMENT…: start a load of which a call on that file
	# does not return.  frees: let it return.
	hangs() {
		fault=$1 path=$2
		shift 2
		ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -P "$path" \
			-e inject="$fault:when=1" "$ctl" load "$@" > out 2> err < agreed &
		hanging=$!
	}
	frees() {
		kill -s KILL $hanging
		wait $hanging 2> /dev/null || true
	}
	is_new() {
		grep -q '^allow tcp 2 ' "$fs/policy"
	}
	# With the generation that a load puts in force
	is_back() {
		is_old && grep -q '^commit generation=8$' "$fs/policy"
	}
	said() {
		grep -q "$1" out
	}
	echo yes > agreed
	# The kernel looks up programs in the write that puts the policy in force.
	cp old.conf "$fs/policy"
	hangs write:delay_exit=600000000 "$fs/policy" --confirm 2 new.conf
	until_true 60 is_new && sed -i 's/^generation .*/generation 8/' "$fs/status" &&
		until_true 30 is_back
	point $? "confirm: the load does not return: the old policy comes back"
	frees
	until_true 60 said '^rolled back$' && is_back && [ ! -e confirm/var/lib/portacl/last-good ]
	point $? "confirm: it returns later: the answer counts no more"
	sed -i 's/^generation .*/generation 7/' "$fs/status"
	# If the seconds started before the policy is in force, they would be over.
	cp old.conf "$fs/policy"
	hangs write:delay_enter=8000000 "$fs/policy" --confirm 5 new.conf
	wait $hanging && said 'confirmed$' && is_new
	point $? "confirm: the load takes longer than the seconds: it can be confirmed"
	rm -f confirm/var/lib/portacl/last-good
	# A program that is opened for a warning
	cp /bin/true confirm/program
	echo "allow tcp 2 uid=0 exe=$PWD/confirm/program" > program.conf
	cp old.conf "$fs/policy"
	hangs openat:delay_enter=600000000 "$PWD/confirm/program" --confirm 2 program.conf
	until_true 30 is_back
	point $? "confirm: a program cannot be opened: the old policy comes back"
	frees
	until_true 60 said '^rolled back$'
	cp old.conf "$fs/policy"
	hangs openat:delay_enter=600000000 "$PWD/confirm/program" program.conf
	until_true 30 test -e confirm/var/lib/portacl/last-good && is_new
	point $? "load: a program cannot be opened: the policy is in force, and kept"
	frees
	rm -f confirm/var/lib/portacl/last-good
	# Without the sockets of this machine, which a load judges as well
	unshare -n python3 "$here/confirm_test.py" "$bin/../portaclctl" > out 2> err
	point $? "confirm: a fault at each system call: $(sed -n 's/^# \([0-9]* faults\)$/\1/p' out)"
else
	skip "confirm: a fault at each system call" "needs root and strace"
fi
unset PORTACLCTL_ROOT
