#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run make deb in a fresh Debian 12 and 13 that only has make in addition, and
# install, upgrade, remove and purge the packages there.
# Usage: deb_test.sh [RELEASE…]
. "$(dirname "$0")/tap.sh"

# fresh RELEASE: prepare a system with a copy of the checkout in /src.
fresh() {
	root=$("$top/scripts/rootfs.sh" empty "$1") || return
	rm -rf "$tmp/upper" "$tmp/work"
	mkdir -p "$tmp/upper/src" "$tmp/upper/etc" "$tmp/work" "$tmp/system"
	cp -L /etc/resolv.conf "$tmp/upper/etc"
	(cd "$top" && git -c safe.directory='*' ls-files -z | cpio -0pdm --quiet "$tmp/upper/src")
}

# inside COMMANDS: run them in /src of that system, which keeps all changes.
inside() {
	unshare -m sh -ec 'cd "$1"
		mount -t overlay -o "lowerdir=$2,upperdir=upper,workdir=work" none system
		mount --bind /dev system/dev
		mount -t proc none system/proc
		exec chroot system sh -exc "cd /src; $3"' \
		sh "$tmp" "$root" "export DEBIAN_FRONTEND=noninteractive LC_ALL=C; $1"
}

# Install the package with a higher version over a policy.
upgrade='dpkg-deb -R $deb /next
	sed -i "s/^Version: .*/&+next/" /next/DEBIAN/control
	dpkg-deb -b /next /next.deb
	echo "allow tcp 80 uid=0" > /etc/portacl.conf
	mkdir -p /var/lib/portacl
	apt-get install -y /next.deb
	dpkg-query -W portaclctl | grep next
	portaclctl check'
deb='deb=$(ls build/portaclctl/deb/portaclctl_*.deb)
	bpf=$(ls build/portaclctl/deb/portacl-bpf_*.deb);'

[ $# -gt 0 ] || set -- bookworm trixie
echo 'TAP version 13'
for release; do
	has_release empty "$release" || continue
	ok "$release: a fresh system" fresh "$release"
	ok "$release: make deb" inside 'apt-get update; apt-get install -y make; make deb'
	ok "$release: installed" inside "$deb"'apt-get install -y ./$deb ./$bpf
		portaclctl --version; man -w portaclctl || ls /usr/share/man/man8/portaclctl*
		portacl-bpf --help; man -w portacl-bpf || ls /usr/share/man/man8/portacl-bpf*
		test -e /lib/systemd/system/portacl.service
		test -e /lib/systemd/system/portacl-bpf.service'
	ok "$release: not started at boot" inside 'test -z "$(find /etc/systemd/system \
		/etc/rc[2-5].d -path "*.wants/portacl.service" -o -name "S*portacl")"'
	ok "$release: upgraded" inside "$deb$upgrade"
	ok "$release: removed" inside 'apt-get remove -y portaclctl portacl-bpf
		test ! -e /usr/sbin/portaclctl; test ! -e /usr/sbin/portacl-bpf; test -d /var/lib/portacl'
	ok "$release: purged except for the policy" inside 'apt-get purge -y portaclctl
		test ! -e /var/lib/portacl; test -e /etc/portacl.conf'
done
echo "1..$points"
