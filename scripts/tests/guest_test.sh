#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/boot.sh: what of a command and of the kernel comes back to the host.
# And scripts/build.sh: the image, for another checkout.
# Usage: guest_test.sh K
. "$(dirname "$0")/tap.sh"

k=${1:-7.2}
boot() { "$top/scripts/boot.sh" "$k" "$@"; }

# status WANT ARGUMENT…
status() {
	want=$1
	shift
	boot "$@" > "$tmp/out" 2> "$tmp/err" && rc=0 || rc=$?
	cat "$tmp/err"
	[ "$rc" = "$want" ]
}

only_its_output() {
	cat "$tmp/out" "$tmp/err"
	[ "$(cat "$tmp/out")" = out ] && [ "$(cat "$tmp/err")" = err ]
}

# The guest reports the same about itself as the host does here.
like_host() {
	set -- stat -c '%n %u %g %A' / /usr/sbin/nginx /etc/shadow /usr/bin/passwd
	boot "$@" > "$tmp/guest" && "$@" > "$tmp/host" &&
		diff "$tmp/host" "$tmp/guest"
}

is_root() {
	# shellcheck disable=SC2016
	boot sh -ec 'test "$(cat /proc/1/comm)" = init
		test "$(stat -c %d:%i /)" = "$(stat -c %d:%i /proc/1/root/)"
		findmnt -no FSTYPE / | grep -qx overlay
		test "$(findmnt -no TARGET | head -n 1)" = /
		echo x > /usr/sbin/portacl-test-file
		grep -q "^ *lo:" /proc/net/dev
		ip -o addr show lo | grep -q 127.0.0.1
		mountpoint -q /sys/kernel/security
		test -e /sys/kernel/security/portacl/policy' &&
		[ ! -e /usr/sbin/portacl-test-file ]
}

other_checkout() {
	mkdir "$tmp/other"
	(cd "$top" && cp -r --parents Documentation Kconfig.patch scripts security \
		tools/testing "$tmp/other")
	"$tmp/other/scripts/build.sh" "$k" && image="$tmp/other/build/$k" &&
		cmp "$image/bzImage" "$top/build/$k/bzImage" &&
		cmp "$image/.config" "$top/build/$k/.config" &&
		[ ! -e "$image/src" ]
}

# fake WHAT: QEMU does this the first time, and what it should from then on.
fake() {
	echo 0 > "$tmp/starts"
	instead qemu-system-x86_64 "n=\$((\$(cat '$tmp/starts') + 1))
		echo \$n > '$tmp/starts'
		[ \$n = 1 ] || exec $(command -v qemu-system-x86_64) \"\$@\"
		$1"
}

# starts N STATUS ARGUMENT…: boot.sh with the fake QEMU starts it N times.
starts() {
	n=$1
	shift
	(PATH="$tmp/bin:$PATH" && export PATH && status "$@") &&
		[ "$(cat "$tmp/starts")" = "$n" ]
}

# beside_load COMMAND…: on one processor of this machine, that a loop without
# end has most of.
beside_load() {
	timeout 500 taskset -c 0 sh -c 'while :; do :; done' & loop=$!
	taskset -c 0 nice -n 9 "$@" && rc=0 || rc=$?
	kill $loop
	return "$rc"
}

hangs_once() {
	export PORTACL_PATIENCE=20
	starts 2 0 true && rc=0 || rc=$?
	unset PORTACL_PATIENCE
	return "$rc"
}

# As the first argument says, QEMU is to run them in turn or in parallel.
threads() {
	want=$1
	shift
	fake "echo \"\$*\" > '$tmp/words'; exec $(command -v qemu-system-x86_64) \"\$@\""
	starts 1 0 "$@" true && grep -q "thread=$want" "$tmp/words"
}

# In the guest: race LINE…: what KCSAN reports, with these lines.
race='race() {
	for line in ====== "BUG: KCSAN: data-race" "$@" ======; do
		echo "<4>$line" > /dev/kmsg
	done
}'

plan 23
ok "the exit status of the command" status 3 sh -c 'echo out; echo err >&2; exit 3'
ok "its output and nothing else" only_its_output
ok "two processors" status 0 sh -c '[ "$(nproc)" = 2 ]'
ok "a signal" status 137 sh -c 'kill -9 $$'
ok "a warning of the kernel is a failure" \
	status 1 sh -c 'echo "<4>WARNING: just a test" > /dev/kmsg'
ok "so is one of lockdep" \
	status 1 sh -c 'echo "<4>[ BUG: Invalid wait context ]" > /dev/kmsg'
ok "and a data race in a function of portacl" status 1 sh -c "$race
	race ' hook_socket_bind+0x1/0x2' ' __inet_bind+0x1/0x2'"
ok "in another one it is none" status 0 sh -c "$race
	race ' inet_bind+0x1/0x2' ' __inet_bind+0x1/0x2'"
ok "but a warning within its report is" status 1 sh -c "$race
	race ' inet_bind+0x1/0x2' 'WARNING: just a test'"
ok "other words are none" status 0 sh -c 'echo "<4>a WARNING" > /dev/kmsg'
ok "a command that does not end" status 124 -t 20 sleep 1000
ok "the timer of the emulator is not tested" status 0 grep -qw no_timer_check /proc/cmdline
ok "a panic" status 125 sh -c 'echo c > /proc/sysrq-trigger; sleep 1000'
fake 'for a; do case $a in
	file,id=log,*) echo "Kernel panic - not syncing" > "${a##*path=}" ;;
	esac; done'
ok "a kernel that dies before init is started again" starts 2 0 true
fake 'exec sleep 1000'
ok "and one that hangs before init" hangs_once
fake 'kill $$'
ok "a QEMU that somebody ended is not" starts 1 125 true
ok "two processors run in turn" threads single
ok "or in parallel" threads multi -p
ok "a busy machine makes a guest slow, which is not counted" \
	beside_load "$top/scripts/boot.sh" "$k" -t 12 true
ok "files belong to whom they belong to on the host" like_host
ok "the root is a root, and the host's files are only read" is_root
ok "another checkout takes the image from the cache" other_checkout
# $tmp is such a directory.
ok "the demonstration, where only root may enter" \
	"$tmp/other/scripts/boot.sh" "$k" -t 300 sh "$tmp/other/scripts/guest/demo.sh"
