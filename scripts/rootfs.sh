#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Make a root file system of Debian by debootstrap and print its directory.
#
# Usage: rootfs.sh [--help] [guest|host|secure|stock|empty|arm64|i386 [RELEASE]]
#   guest    for boot.sh -r: systemd and the services of the tool's examples;
#            this is the default
#   host     what an installed machine has, for a disk that boots by itself
#   secure   for a disk that boots by UEFI with Secure Boot
#   stock    for a disk with the distribution's own kernel and the BPF backend
#   empty    what debootstrap installs anyway
#   arm64, i386  a shell and a C library for that processor, not configured
#   RELEASE  bookworm or trixie; default: this machine's release
#
# It is made once, as root, in the cache, from the mirror that this machine's
# own apt is configured with.  The exit status is 3 if that mirror does not have
# the release.
set -eu
. "$(dirname "$0")/common.sh"

packages() {
	case $1 in
	guest) echo systemd,systemd-sysv,dbus,nginx-light,libcap2-bin,util-linux \
		procps,iproute2,curl,libpam-runtime,apache2,lighttpd,dnsmasq \
		haproxy,bind9,caddy ;;
	host) echo systemd,systemd-sysv,udev,dbus,kmod,initramfs-tools,zstd,grub-pc \
		openssh-server,chrony,systemd-resolved,ifupdown,"$dhcp" \
		nginx-light,libjansson4,netbase,curl,iproute2,procps \
		libcap2-bin,util-linux ;;
	secure) echo systemd,systemd-sysv,udev,dbus,kmod,initramfs-tools,zstd \
		linux-image-amd64,grub-efi-amd64-signed,shim-signed,mokutil \
		sbsigntool,openssl ;;
	stock) echo systemd,systemd-sysv,udev,dbus,kmod,initramfs-tools,zstd,grub-pc \
		linux-image-amd64,libbpf1,libjansson4,libmd0,procps,iproute2 \
		libpam-systemd,dbus-user-session ;;
	empty) echo ca-certificates ;;
	arm64|i386) echo "$1" ;;
	esac | tr ' ' ,
}

mirror() {
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' |
		awk -v rel="$host" \
			'$2 == rel && $3 == "main" { print $1; exit }'
}

# on_mirror RELEASE: as apt would download it, by its proxy and its certificates.
on_mirror() {
	rm -f "$log"
	/usr/lib/apt/apt-helper -q download-file "$from/dists/$1/Release" "$log" \
		> /dev/null 2>&1
}

# What it mounts there ends with it, however it ends.
make_root() {
	from=$(mirror)
	[ -n "$from" ] || die "apt knows no mirror of $host main: see /etc/apt"
	[ "$(id -u)" = 0 ] || die "needs root to make a root file system"
	on_mirror "$release" || ! on_mirror "$host" ||
		{ say "the mirror of this machine has no $release"; exit 3; }
	need 1000 "$cache"
	rm -rf --one-file-system "$root.new"
	case $kind in
	arm64|i386) set -- --foreign --arch="$kind" ;;
	*) set -- --include="$packages" ;;
	esac
	step "making a root file system of $release" "$log" "$lines" \
		unshare -m debootstrap --variant=minbase "$@" \
		"$release" "$root.new" "$from" ||
		die_log "$log" 10 "debootstrap failed: is the network up?"
	# Without its second stage, debootstrap leaves a link to the host's.
	[ ! -L "$root.new/proc" ] || { rm "$root.new/proc"; mkdir "$root.new/proc"; }
	# The tests upgrade nginx.
	find "$root.new/var/cache/apt/archives" -name "*.deb" ! -name "nginx_*" -delete
	mv "$root.new" "$root"
}

host=$(. /etc/os-release && echo "$VERSION_CODENAME")
kind=${1:-guest} release=${2:-$host}
lines=700 dhcp=isc-dhcp-client
case $# in 0|1|2) ;; *) help | sed -n '/^Usage/,/^$/p' >&2; exit 2 ;; esac
case $release in
trixie) dhcp=dhcpcd-base ;;
bookworm) ;;
*) die "unknown release '$release': bookworm or trixie" ;;
esac
packages=$(packages "$kind")
[ "$packages" ] || die "unknown kind '$kind': guest, host, secure, stock, empty, arm64 or i386"
# Another list of packages is another directory.
root=$cache/rootfs/$release-$(echo "$packages" | cksum | cut -d ' ' -f 1)
log=$root.log
mkdir -p "$cache/rootfs" || die "$cache: cannot be made"
exec 8> "$root.lock"
flock 8
if [ ! -d "$root" ]; then
	"$top/scripts/setup.sh" system
	make_root
fi
echo "$root"
