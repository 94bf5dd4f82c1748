#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Commands of the backend that fail or are killed, on a stock kernel; see
# scripts/stock_test.sh.  At the end the programs are taken away.
here=$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests
. "$here/common.sh"
pins=/sys/fs/bpf/portacl
reserved=/proc/sys/net/ipv4/ip_local_reserved_ports
old='allow tcp 40000 uid=34 only'
new='allow tcp 40001 uid=34 only'

# says STATUS TEXT COMMAND…
says() {
	local want=$1 text=$2 rc
	shift 2
	"$@" > out 2> err
	rc=$?
	sed 's/^/# /' err
	[ $rc = "$want" ] && grep -qF -- "$text" err
}

as_user() { setpriv --reuid=33 --regid=33 --clear-groups "$@"; }

# Run in the background until the file `stop' is there; wait until it says "ready".
begin() {
	rm -f stop
	"$@" > said 2>&1 &
	until grep -q ready said || ! kill -0 $!; do sleep 0.1; done
	sed 's/^/# /' said
}

finish() { touch stop; wait; }

nothing_left() { [ ! -e $pins ] && [ ! -e ${pins}_new ] && [ -z "$(cat $reserved)" ] && try 0 80; }

# reserves PORT: the kernel does not pick it, even if it is asked for no other.
reserves() {
	! perl -MSocket=:all -e 'socket(S, AF_INET, SOCK_STREAM, 0);
		setsockopt(S, 0, 51, pack("L", $ARGV[0] << 16 | $ARGV[0])) or die;
		exit(bind(S, sockaddr_in(0, INADDR_LOOPBACK)) ? 0 : 1)' "$1"
}

echo 1..34
"$tool" unload
echo > $reserved
cp "$tool" /usr/sbin/portacl-bpf

# Somebody's directory.
mkdir $pins
says 2 'was detached: unload' "$tool" load /dev/null
point $? failure.load_on_an_empty_directory
"$tool" unload && nothing_left
point $? failure.unload_of_an_empty_directory
says 2 'no policy is loaded' "$tool" unload
point $? failure.unload_of_nothing

# A program that admits no other at the hook of addr=.
begin python3 "$here/attack/exclusive.py" post_bind6
mkdir -p /var/lib/portacl
printf 'backend bpf\nallow tcp 80 uid=33 only\n' > /etc/portacl.conf
"$ctl" load && "$ctl" unload && nothing_left
point $? failure.control
printf 'backend bpf\nallow tcp 80 uid=33 addr=0.0.0.0/0,::/0 only\n' > /etc/portacl.conf
says 2 'post_bind6: a program is attached to the root cgroup that admits no other' "$ctl" load &&
	! grep 'stays in force' err && nothing_left
point $? failure.first_load_leaves_nothing
says 2 'the last good policy is in force instead' "$ctl" load --boot && denies 0 80 && try 33 80
point $? failure.boot_falls_back
says 2 'names it; the old policy stays in force' "$ctl" load &&
	denies 0 80 && [ "$(cat $reserved)" = 80 ]
point $? failure.reload_keeps_the_old_policy
finish
"$ctl" unload && nothing_left
point $? failure.unload

begin python3 "$here/attack/exclusive.py" bind4
says 2 'bind4: a program is attached to the root cgroup that admits no other' "$tool" check
point $? failure.check_finds_an_exclusive_program
finish
"$tool" check && nothing_left
point $? failure.check
says 2 'the programs need 6.1 or newer' setarch --uname-2.6 "$tool" check
point $? failure.check_of_the_version

# Somebody's directories among the pins.
load "$old" && mkdir -p $pins/a/b && "$tool" unload && nothing_left
point $? failure.unload_with_directories

# Before and after the policy is replaced.
load "$old"
printf 'version 1\n%s\ncommit\n' "$new" > new
printf 'backend bpf\n%s\n' "$new" > /etc/portacl.conf
strace -qq -o calls -e trace=bpf "$tool" load new
nth=$(grep -n BPF_MAP_CREATE calls | tail -n 1 | cut -d : -f 1)
load "$old"
says 2 'no room for the policy' strace -qq -o last -e trace=bpf \
	-e inject=bpf:error=ENOMEM:when="$nth" "$tool" load new && [ "$(cat $reserved)" = 40000 ]
point $? failure.failed_reload_reserves_nothing
says 0 'ip_local_reserved_ports: Cannot allocate' strace -f -qq -o last -e trace=pwrite64 \
	-e inject=pwrite64:error=ENOMEM:when=2 "$ctl" load && "$tool" show | grep -q 40001 &&
	[ "$(cat $reserved)" = 40000-40001 ]
point $? failure.late_error_is_a_warning
load "$old" && [ "$(cat $reserved)" = 40000 ]
point $? failure.load_after_late_error

# Killed while it leaves mode learn.
learns() { "$tool" observed clear; try 0 8099; "$tool" observed | grep -q 8099; }
"$tool" mode learn && learns
point $? failure.learns
strace -qq -o calls -e trace=bpf "$tool" mode enforce
"$tool" mode learn
strace -qq -o last -e trace=bpf -e inject=bpf:signal=SIGKILL:when="$(wc -l < calls)" \
	"$tool" mode enforce
[ "$("$tool" mode)" = enforce ] && ! learns
point $? failure.killed_mode_does_not_learn

# In another network namespace, the sysctl is not that of the host.
load "$old"
says 2 'network namespace of process 1' unshare -n "$tool" mode permissive &&
	[ "$(cat $reserved)" = 40000 ]
point $? failure.mode_elsewhere
says 2 'network namespace of process 1' unshare -n "$tool" unload && denies 33 40000
point $? failure.unload_elsewhere
says 2 'only the initial PID namespace' unshare -pfn --mount-proc "$tool" mode permissive &&
	[ "$(cat $reserved)" = 40000 ]
point $? failure.mode_in_a_pid_namespace

# Killed when the sysctl changes.
strace -qq -o last -e trace=pwrite64 -e inject=pwrite64:signal=SIGKILL "$tool" mode permissive
[ "$("$tool" mode)" = permissive ] || reserves 40000
point $? failure.killed_mode
"$tool" mode enforce && [ "$(cat $reserved)" = 40000 ]
point $? failure.mode_again

# A map with the name of the guard's.
was=$(cat /proc/sys/kernel/unprivileged_bpf_disabled)
echo 0 > /proc/sys/kernel/unprivileged_bpf_disabled
begin as_user python3 "$here/attack/loaders.py"
"$tool" unload && nothing_left
point $? failure.unload_beside_a_map_of_that_name
finish
sed 's/^/# /' said
grep -q '^nothing was written' said
point $? failure.nothing_is_written_to_that_map
echo "$was" > /proc/sys/kernel/unprivileged_bpf_disabled

load 'allow tcp 80 uid=33 only'
says 2 'the request is longer than' "$tool" query "tcp 80 exe=/$(printf '%020000d' 0)" uid=33
point $? failure.long_request
says 2 'standard output: No space left' sh -c "'$tool' show > /dev/full"
point $? failure.full_disk
load 'deny tcp 8081' && denies 0 8081
says 2 'standard output: No space left' timeout 20 sh -c "exec '$tool' log > /dev/full"
point $? failure.log_to_a_full_disk

# status holds the lock of the log for a moment.
exec 8< $pins
flock -s 8
"$tool" log > out 2> err 8<&- &
sleep 0.5
exec 8<&-
until "$tool" status | grep -qx 'reader running' || ! kill -0 $!; do sleep 0.1; done
kill $!
point $? failure.log_beside_status
wait
sed 's/^/# /' err

# The units of the log, while another log reads the records.
if [ -x /lib/systemd/systemd ]; then
	units=/run/portacl-units
	export XDG_CONFIG_HOME=$units XDG_RUNTIME_DIR=$units
	mkdir -p /run/systemd/system $units/systemd/user
	cp "$here"/../portacl-bpf.{path,service} $units/systemd/user
	"$tool" log > /dev/null &
	reader=$!
	/lib/systemd/systemd --user 2> /dev/null &
	manager=$!
	until systemctl --user start portacl-bpf.path 2> /dev/null; do sleep 1; done
	until [ "$(systemctl --user show -P NRestarts portacl-bpf)" -gt 5 ] ||
		systemctl --user is-failed -q portacl-bpf.path; do sleep 1; done
	kill $reader
	wait $reader
	for _ in $(seq 30); do
		"$tool" status | grep -qx 'reader running' && break
		sleep 1
	done
	systemctl --user is-active portacl-bpf.path portacl-bpf
	point $? failure.log_of_the_units
	kill $manager
	wait $manager
	rm -r /run/systemd/system $units
	unset XDG_CONFIG_HOME XDG_RUNTIME_DIR
else
	point 0 'failure.log_of_the_units # SKIP no systemd'
fi

# The version before guard_mount: other programs, and 4 in the policy.
python3 -c 'import ctypes
bpf = ctypes.CDLL("libbpf.so.1")
zero, policy, cell = (ctypes.c_uint * 1)(), (ctypes.c_uint * 1)(), (ctypes.c_uint * 8)()
assert bpf.bpf_map_lookup_elem(bpf.bpf_obj_get(b"/sys/fs/bpf/portacl/policy"), zero, policy) == 0
cells = bpf.bpf_map_get_fd_by_id(policy[0])
assert bpf.bpf_map_lookup_elem(cells, zero, cell) == 0
cell[0] = 4
assert bpf.bpf_map_update_elem(cells, zero, cell, ctypes.c_ulonglong()) == 0'
python3 "$here/attack/pass.py" rm $pins/link_guard_mount
says 2 'of another version of portacl-bpf' "$tool" status &&
	says 2 'of another version of portacl-bpf' "$tool" load new
point $? failure.programs_of_an_older_version
"$tool" unload && nothing_left
point $? failure.unload_of_an_older_version

# A sysctl that cannot be written.
load "$old"
says 2 'ip_local_reserved_ports: Cannot allocate' strace -qq -o last -e trace=pwrite64 \
	-e inject=pwrite64:error=ENOMEM "$tool" unload
[ "$(cat $reserved)" = 40000 ] && echo > $reserved && nothing_left
point $? failure.unload_detaches_all_the_same
"$tool" unload
says 2 'ip_local_reserved_ports: Cannot allocate' strace -qq -o last -e trace=pwrite64 \
	-e inject=pwrite64:error=ENOMEM "$tool" load new && nothing_left
point $? failure.first_load_detaches_all_the_same
"$tool" unload

# The first load after a killed unload releases the ports, then reserves them again.
load 'allow tcp 80,90 uid=34 only'
strace -qq -o last -e trace=pwrite64 -e inject=pwrite64:signal=SIGKILL "$tool" unload
load 'allow tcp 80,90 uid=34 only' && "$tool" unload && nothing_left
point $? failure.load_after_killed_unload
exit "$failed"
