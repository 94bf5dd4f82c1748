#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make a disk image that boots by itself: Debian with a kernel package.  dpkg on the
# disk installs it, makes the initramfs and writes the entry of GRUB.
#
# Usage: disk.sh IMAGE RELEASE KERNEL_DEB [FILE…]
#   RELEASE  bookworm or trixie, see rootfs.sh
#   FILE     copied to /root/portacl; a .service is enabled
#
# Needs root.  All mounts are in a mount namespace of its own.
set -eu
. "$(dirname "$0")/common.sh"

partition() {
	rm -f "$image"
	truncate -s 3G "$image"
	echo 'start=2048, type=83, bootable' | sfdisk -q "$image"
	loop=$(losetup -f --show "$image")
	# Not losetup -P: this machine's kernel may not read partition tables.
	partx -a "$loop"
	mke2fs -q -t ext4 -L root -d "$("$top/scripts/rootfs.sh" host "$release")" \
		"${loop}p1"
	mount "${loop}p1" "$mnt"
}

# GRUB names the root file system by its UUID only if /dev has that link.
make_dev() {
	mount -t tmpfs -o mode=0755 none "$mnt/dev"
	for node in null zero full random urandom tty "${loop#/dev/}" "${loop#/dev/}p1"; do
		cp -a "/dev/$node" "$mnt/dev"
	done
	mkdir -p "$mnt/dev/disk/by-uuid"
	ln -s "../../${loop#/dev/}p1" \
		"$mnt/dev/disk/by-uuid/$(blkid -p -s UUID -o value "${loop}p1")"
	mount -t proc none "$mnt/proc"
	mount -t sysfs none "$mnt/sys"
}

# The guest has no screen, so messages go to the serial port.  Emulation may fail
# the kernel's test of the timer, hence no_timer_check.
settings() {
	echo 'LABEL=root / ext4 errors=remount-ro 0 1' > "$mnt/etc/fstab"
	echo portacl > "$mnt/etc/hostname"
	echo '127.0.0.1 localhost portacl' > "$mnt/etc/hosts"
	printf 'auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n' \
		> "$mnt/etc/network/interfaces"
	mkdir -p "$mnt/etc/default/grub.d"
	cat > "$mnt/etc/default/grub.d/serial.cfg" <<-'END'
	GRUB_TIMEOUT=1
	GRUB_TERMINAL=serial
	GRUB_SERIAL_COMMAND="serial --speed=115200"
	GRUB_CMDLINE_LINUX_DEFAULT=
	GRUB_CMDLINE_LINUX="console=ttyS0 net.ifnames=0 no_timer_check panic=-1"
	END
}

inside() { DEBIAN_FRONTEND=noninteractive chroot "$mnt" "$@"; }

install_all() {
	mkdir -p "$mnt/root/portacl"
	for file; do cp -r "$file" "$mnt/root/portacl"; done
	cp "$kernel" "$mnt/root/portacl"
	inside dpkg -i "/root/portacl/${kernel##*/}"
	inside grub-install --target=i386-pc "$loop"
	inside update-grub
	for unit in "$mnt"/root/portacl/*.service; do
		[ ! -e "$unit" ] || inside systemctl enable "${unit#"$mnt"}"
	done
}

fill() {
	mnt=$(mktemp -d)
	partition
	make_dev
	settings
	install_all "$@"
	release_loop
	rmdir "$mnt"
}

release_loop() {
	umount -R "$mnt" || :
	partx -d "$loop" || :
	losetup -d "$loop"
	loop=''
}

[ $# -ge 3 ] || { help | sed -n '/^Usage/,/^$/p' >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "needs root to make a disk image"
image=$1 release=$2 kernel=$3
if [ -z "${PORTACL_UNSHARED-}" ]; then
	need 4000 "$(dirname "$image")"
	PORTACL_UNSHARED=yes exec unshare -m "$0" "$@"
fi
shift 3
loop=''
trap '[ -z "$loop" ] || release_loop' EXIT
trap 'exit 130' INT TERM HUP
fill "$@"
