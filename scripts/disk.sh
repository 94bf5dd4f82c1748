#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make a disk image that boots by itself: Debian with a kernel package.  dpkg on the
# disk installs it, makes the initramfs and writes the entry of GRUB.
#
# Usage: disk.sh [--efi] IMAGE RELEASE KERNEL_DEB [FILE…]
#        disk.sh --stock IMAGE RELEASE [FILE…]
#   --efi    for UEFI with Secure Boot: also make the directory IMAGE.esp, the EFI
#            system partition with the distribution's signed boot loader
#   --stock  with the distribution's own kernel only
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
	mke2fs -q -t ext4 -L root -d "$root" "${loop}p1"
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

# The guest has no screen, so messages go to the serial port; GRUB's own do so by the
# console of QEMU's UEFI.  Emulation may fail the kernel's test of the timer, hence
# no_timer_check.
settings() {
	mkdir -p "$mnt/etc/network" "$mnt/etc/default/grub.d"
	echo 'LABEL=root / ext4 errors=remount-ro 0 1' > "$mnt/etc/fstab"
	echo portacl > "$mnt/etc/hostname"
	echo '127.0.0.1 localhost portacl' > "$mnt/etc/hosts"
	printf 'auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n' \
		> "$mnt/etc/network/interfaces"
	cat > "$mnt/etc/default/grub.d/serial.cfg" <<-END
	GRUB_TIMEOUT=1
	GRUB_TERMINAL=$([ $firmware = bios ] && echo serial || echo console)
	GRUB_SERIAL_COMMAND="serial --speed=115200"
	GRUB_CMDLINE_LINUX_DEFAULT=
	GRUB_CMDLINE_LINUX="console=ttyS0 net.ifnames=0 no_timer_check panic=-1"
	END
}

inside() { DEBIAN_FRONTEND=noninteractive chroot "$mnt" "$@"; }

# The files that grub-install writes to the EFI system partition.  It needs one that is
# mounted, and this machine's kernel may not have vfat; QEMU makes one of a directory.
make_esp() {
	mkdir -p "$mnt/boot/grub" "$image.esp/EFI/BOOT" "$image.esp/EFI/debian"
	cp "$mnt/usr/lib/shim/shimx64.efi.signed" "$image.esp/EFI/BOOT/BOOTX64.EFI"
	cp "$mnt/usr/lib/shim/mmx64.efi.signed" "$image.esp/EFI/BOOT/mmx64.efi"
	cp "$mnt/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$image.esp/EFI/BOOT/grubx64.efi"
	cat > "$image.esp/EFI/debian/grub.cfg" <<-END
	search.fs_uuid $(blkid -p -s UUID -o value "${loop}p1") root
	set prefix=(\$root)/boot/grub
	configfile \$prefix/grub.cfg
	END
}

install_all() {
	mkdir -p "$mnt/root/portacl"
	for file; do cp -r "$file" "$mnt/root/portacl"; done
	if [ $kind != stock ]; then
		cp "$kernel" "$mnt/root/portacl"
		inside dpkg -i "/root/portacl/${kernel##*/}"
	fi
	case $firmware in
	bios) inside grub-install --target=i386-pc "$loop" ;;
	efi) make_esp ;;
	esac
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

firmware=bios kind=host
case ${1-} in
--efi) firmware=efi kind=secure ;;
--stock) kind=stock ;;
*) set -- --bios "$@" ;;
esac
[ $# -ge 4 ] || [ $kind$# = stock3 ] || { help | sed -n '/^Usage/,/^$/p' >&2; exit 2; }
[ "$(id -u)" = 0 ] || die "needs root to make a disk image"
if [ -z "${PORTACL_UNSHARED-}" ]; then
	need 4000 "$(dirname "$2")"
	[ "$1" != --bios ] || shift
	PORTACL_UNSHARED=yes exec unshare -m "$0" "$@"
fi
image=$2 release=$3
shift 3
[ $kind = stock ] || { kernel=$1; shift; }
root=$("$top/scripts/rootfs.sh" $kind "$release")
loop=''
trap '[ -z "$loop" ] || release_loop' EXIT
trap 'exit 130' INT TERM HUP
fill "$@"
