#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make a small root file system of this machine's release, with systemd as its
# init, and print its directory: for boot.sh -r.
#
# Usage: rootfs.sh [--help]
#
# It is made by debootstrap, as root, in the cache, from the mirror that this
# machine's own apt is configured with, and only once.
set -eu
. "$(dirname "$0")/common.sh"

packages=systemd,systemd-sysv,dbus,nginx-light,libcap2-bin,util-linux
packages=$packages,procps,iproute2,curl,libpam-runtime,apache2,lighttpd,dnsmasq

mirror() {
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' |
		awk -v rel="$release" \
			'$2 == rel && $3 == "main" { print $1; exit }'
}

# What it mounts there ends with it, however it ends.
make_root() {
	from=$(mirror)
	[ -n "$from" ] || die "apt knows no mirror of $release main: see /etc/apt"
	[ "$(id -u)" = 0 ] || die "needs root to make a root file system"
	need 1000 "$cache"
	rm -rf --one-file-system "$root.new"
	step "making a root file system of $release" "$log" 638 \
		unshare -m debootstrap --variant=minbase --include="$packages" \
		"$release" "$root.new" "$from" ||
		die_log "$log" 10 "debootstrap failed: is the network up?"
	rm -rf "$root.new"/var/cache/apt/archives/*.deb
	mv "$root.new" "$root"
}

[ $# = 0 ] || { help | grep '^Usage' >&2; exit 2; }
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# Another list of packages is another directory.
root=$cache/rootfs/$release-$(echo "$packages" | cksum | cut -d ' ' -f 1)
log=$cache/rootfs/debootstrap.log
mkdir -p "$cache/rootfs" || die "$cache: cannot be made"
exec 8> "$cache/rootfs/lock"
flock 8
if [ ! -d "$root" ]; then
	"$top/scripts/setup.sh" system
	make_root
fi
echo "$root"
