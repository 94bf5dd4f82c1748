#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An installed Debian on a disk: the packages of make kernel-deb and make deb,
# GRUB, systemd, and Documentation/admin-guide/portacl-install.rst command by
# command.  Usage: distro_test.sh K [RELEASE…]
#   RELEASE  default: bookworm, and with K=6.12 trixie
# $CONFIG is that of make kernel-deb, here by default a small one.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/machine.sh"

# Build the packages of the kernel and of the tool.
make_packages() {
	"$top/scripts/kernel_deb.sh" "$k" "${CONFIG:-$top/scripts/config/distro.config}" &&
		make -C "$top" deb
}

# Repack nginx with a higher version.
next_nginx() {
	root=$("$top/scripts/rootfs.sh" host "$release") || return
	dpkg-deb -R "$root"/var/cache/apt/archives/nginx_*.deb "$tmp/nginx" &&
		sed -i '/^Version: /s/$/+portacl1/' "$tmp/nginx/DEBIAN/control" &&
		dpkg-deb -b "$tmp/nginx" "$tmp"
}

make_disk() {
	rm -rf "$tmp/nginx"*
	next_nginx || return
	mkdir -p "$tmp/samples" "$dir"
	for s in base-system guide nginx readme; do
		cp "$top/tools/portaclctl/samples/good-$s.conf" "$tmp/samples"
	done
	first_phase distro.sh "$tmp/files"
	"$top/scripts/disk.sh" "$disk" "$release" \
		"$(find "$top/build/deb" -name "linux-image-$k.*-portacl_*.deb")" \
		"$tmp/samples" "$tmp"/files/* \
		"$tmp"/nginx_*.deb "$top"/build/portaclctl/deb/portaclctl_*.deb \
		"$top/scripts/guest/distro.sh" "$top/scripts/guest/follow.sh" \
		"$top/Documentation/admin-guide/portacl-install.rst"
}

# Boot once.  The guest writes its points to the second serial port.
boot() {
	machine -M pc -chardev "file,id=log,path=$log,append=on" -serial chardev:log
	guest_points "$1"
}

# Boot one release six times, once for each phase of guest/distro.sh.
install_and_boot() {
	release=$1 dir=$top/build/distro-$1
	disk=$dir/disk log=$dir/console.log
	ok "$release: the disk: dpkg, initramfs, GRUB" make_disk
	: > "$log"
	for phase in 1 2 3 4 5 6; do
		boot "$phase" || break
	done
	rm -f "$disk"
}

k=${1:-6.12}
shift
if [ $# = 0 ]; then
	set -- bookworm
	[ "$k" != 6.12 ] || set -- bookworm trixie
fi
echo 'TAP version 13'
ok "packages" make_packages
for release; do
	! has_release host "$release" || install_and_boot "$release"
done
# A boot that does not finish adds a failed point.
echo "1..$points"
