#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Commands by which root may detach the programs by accident, on a stock kernel; see
# scripts/stock_test.sh.  Each is refused, and the policy stays in force.  At the end
# the programs are taken away.
here=$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests
. "$here/common.sh"
fs=/sys/fs/bpf
pins=$fs/portacl
policy='allow tcp 80 uid=33 only'

# Without the programs, root has the port and user 33 does not.
in_force() {
	denies 0 80 && try 33 80 && "$tool" status | grep -qx 'detached none'
}

# refused NAME COMMAND…
refused() {
	local name=$1 status
	shift
	"$@" > err 2>&1
	status=$?
	sed 's/^/# /' err
	[ $status != 0 ] && grep -qE 'not permitted|permission denied|must be superuser|not empty' err && in_force
	point $? "guard.$name"
}

# Run a command that the guard lets pass.
passing() {
	python3 "$here/attack/pass.py" "$@"
}

# Replace the program of a link by itself.
update() {
	python3 -c 'import ctypes, os, sys
bpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
link = bpf.bpf_obj_get(sys.argv[1].encode())
program = bpf.bpf_prog_get_fd_by_id(int(sys.argv[2]))
sys.exit(bpf.bpf_link_update(link, program, None) and os.strerror(ctypes.get_errno()))' \
		"$1" "$(bpftool link show pinned "$1" | sed -n 's/.* prog \([0-9]*\) .*/\1/p')"
}

# Mount a copy of /mnt at a path, with the system calls of newer versions of mount(8).
mount_over() {
	perl -e 'my ($path, $from, $here, $clone, $empty_path) = ($ARGV[0], "/mnt", "", 1, 4);
		my $tree = syscall(428, -100, $from, $clone);
		$tree >= 0 or die "open_tree: $!\n";
		syscall(429, $tree, $here, -100, $path, $empty_path) and die "move_mount: $!\n"' "$1"
}

# Pin a map that is not portacl's.
pin_other() {
	bpftool map create "$1" type array key 4 value 4 entries 1 name other
}

echo 1..28
"$tool" unload
load "$policy" && in_force
point $? guard.in_force
refused rm rm -r $pins
refused rm_one rm $pins/link_bind4
refused rmdir rmdir $pins
refused rm_by_another_mount unshare -m \
	sh -c "mount --bind $fs /mnt && rm /mnt/portacl/link_bind4"
refused mv mv $pins $fs/old
refused mv_one mv $pins/link_bind4 $fs/link
pin_other $fs/other
refused mv_over mv $fs/other $pins/link_bind4
refused umount umount $fs
refused umount_lazy umount -l $fs
refused umount_all umount -a -t bpf
refused mount_over mount -t bpf bpf $fs
refused mount_over_pins mount --bind /mnt $pins
refused mount_over_by_descriptor mount_over $fs
refused detach bpftool link detach pinned $pins/link_bind4
refused detach_by_id bpftool link detach id \
	"$(bpftool link show pinned $pins/link_bind6 | sed 's/:.*//;q')"
refused update update $pins/link_bind4

mkdir $fs/dir && mv $fs/other $fs/dir/other && mv $fs/dir $fs/moved && rm -r $fs/moved
point $? guard.other_pins
mkdir /mnt/bpf && mount -t bpf bpf /mnt/bpf && mkdir /mnt/bpf/portacl &&
	pin_other /mnt/bpf/portacl/policy && rm -r /mnt/bpf/portacl && umount /mnt/bpf
point $? guard.other_file_system
mount --bind $fs /mnt/bpf && umount /mnt/bpf && unshare -m umount $fs && in_force
point $? guard.other_mount
rmdir /mnt/bpf
mount -o remount,nosuid $fs && mount --make-shared $fs && mount --make-private $fs &&
	mkdir $fs/dir && mount -t tmpfs tmpfs $fs/dir && umount $fs/dir && rmdir $fs/dir &&
	unshare -m mount -t bpf bpf $fs && in_force
point $? guard.other_change_of_the_mount
mkdir /mnt/sys && mount --rbind /sys /mnt/sys && mount --make-rslave /mnt/sys &&
	umount -R /mnt/sys && in_force
point $? guard.other_mount_of_sys

load 'allow tcp 80 uid=33 addr=0.0.0.0/0,::/0 only' && in_force
point $? guard.reload
passing true && passing bpftool link detach pinned $pins/link_bind4 &&
	"$tool" status | grep -qx 'detached bind4'
point $? guard.is_no_boundary
"$tool" unload && [ ! -e $pins ] && try 0 80
point $? guard.unload
load "$policy" && passing rm $pins/link_bind4 $pins/policy && ! load "$policy" 2> err &&
	grep -q 'the program bind4 was detached: unload' err
point $? guard.load_after_loss
"$tool" unload && load "$policy" && in_force
point $? guard.unload_after_loss
passing umount -l $fs && mount -t bpf -o mode=0700 bpf $fs && load "$policy" && in_force
point $? guard.load_after_umount
"$tool" unload
exit "$failed"
