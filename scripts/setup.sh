#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Install what is missing of the Debian packages that a command needs.
# Usage: setup.sh [GROUP…]      default: build guest; all = every group
set -eu
. "$(dirname "$0")/common.sh"

# gcc, the kernel's own needs, and what unpacks and caches it
build='gcc make libc6-dev bc bison flex libelf-dev libssl-dev libjansson-dev libmd-dev
	ccache cpio kmod lz4 xz-utils patch perl python3'
# the virtual machine, and the programs that run in it
guest='qemu-system-x86 nginx-light apache2-bin dnsmasq-base libcap2-bin curl
	busybox-static util-linux iproute2 procps e2fsprogs openssl'
# what only the tests run; java and node are welcome from anywhere
tests='default-jre-headless:java nodejs:node authbind mandoc bash-completion
	apparmor auditd strace'
# a guest with the distribution's own init
system='debootstrap'
bench='apparmor checkpolicy gnuplot-nox'
deb='debhelper dpkg-dev fakeroot lintian'
lint='sparse shellcheck clang-format clang clang-19 libclang-rt-dev'

group() {
	case $1 in
	build) echo "$build" ;;
	guest) echo "$guest" ;;
	tests) echo "$tests" ;;
	system) echo "$system" ;;
	deb) echo "$deb" ;;
	lint) echo "$lint" ;;
	bench) echo "$bench" ;;
	all) echo "$build $guest $tests $system $deb $lint $bench" ;;
	*) die "unknown group '$1': build guest tests system deb lint bench all" ;;
	esac
}

# A package, or PACKAGE:COMMAND, which is there if the command is.
is_there() {
	case $1 in
	*:*) command -v "${1#*:}" > /dev/null && return ;;
	esac
	dpkg-query -W -f '${db:Status-Status}\n' "${1%:*}" 2> /dev/null |
		grep -qx installed
}

missing() {
	for g in "$@"; do
		for p in $(group "$g"); do
			is_there "$p" || echo "${p%:*}"
		done
	done
}

# No daemon that comes with a package may start on this machine: sysvinit
# scripts are kept quiet by the run level, systemd by not being seen.
install() {
	export RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive
	set -- apt-get install -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 "$@"
	if [ -d /run/systemd/system ] && unshare -m true 2> /dev/null; then
		set -- unshare -m sh -ec \
			'mount -t tmpfs none /run/systemd; exec "$@"' sh "$@"
	fi
	step "installing packages" "$log" 1500 "$@"
}

[ $# -gt 0 ] || set -- build guest
for g in "$@"; do group "$g" > /dev/null; done
command -v apt-get > /dev/null || die "needs a Debian system (apt-get)"
want=$(missing "$@" | tr '\n' ' ')
[ -n "$want" ] || exit 0
[ "$(id -u)" = 0 ] || die "needs root to install: $want"

# What another run is about to install is missing or half there until it ends.
mkdir -p "$cache"
exec 9> "$cache/setup.lock"
flock 9
want=$(missing "$@" | tr '\n' ' ')
[ -n "$want" ] || exit 0
log=$cache/setup.log
step "updating the package lists" "$log" 30 \
	apt-get update -o APT::Update::Error-Mode=any ||
	die_log "$log" 5 "no package lists: is the network up?"
say "missing: $want"
# shellcheck disable=SC2086
install $want || die_log "$log" 15 "the packages could not be installed"
