#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Install what is missing of the Debian packages that a command needs.
# Usage: setup.sh [GROUP…]      default: build tool guest; all = every group
#        setup.sh --can-compile  only say what the tool needs and is missing
#
# Services that come with the packages are neither started now nor at boot.
set -eu
. "$(dirname "$0")/common.sh"
etc=${PORTACL_ETC:-/etc}

# to unpack and compile a kernel, with a compiler cache
build='gcc make libc6-dev bc bison flex libelf-dev libssl-dev
	ccache cpio kmod lz4 xz-utils patch git perl python3'
# portaclctl
tool='gcc make libc6-dev libjansson-dev libmd-dev'
# the BPF backend; bpftool writes the skeleton
bpf='clang bpftool libbpf-dev libelf-dev zlib1g-dev gcc make libc6-dev'
# the virtual machine of the demonstration
demo='qemu-system-x86 nginx-light:nginx curl busybox-static util-linux'
# the virtual machine, and the programs that run in it
guest='qemu-system-x86 nginx-light apache2-bin dnsmasq-base libcap2-bin curl
	busybox-static util-linux iproute2 procps e2fsprogs openssl'
# for the tests only; java and node may come from anywhere
tests='default-jre-headless:java nodejs:node authbind mandoc bash-completion
	zsh fish python3-jsonschema apparmor auditd strace'
# the attacks on the BPF backend
attacks='strace gdb bubblewrap ncat socat iperf3 mptcpize perl python3 gcc binutils
	libc6-dev liburing-dev libcap2-bin'
# a guest with the distribution's own init, and a disk that boots
system='debootstrap fdisk e2fsprogs'
# a machine with Secure Boot
secureboot='ovmf'
# kernels for other processors
processors='gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu
	gcc-i686-linux-gnu libc6-dev-i386-cross
	qemu-system-arm qemu-system-misc qemu-system-x86'
# the kernel's own selftests
peers='libcap-dev iproute2 procps rsync'
bench='apparmor checkpolicy gnuplot-nox'
# packages of the kernel
kernel_deb='build-essential debhelper dpkg-dev fakeroot rsync dwarves libdw-dev openssl'
deb='build-essential debhelper dpkg-dev fakeroot lintian'
docs='python3-sphinx python3-yaml'
pictures='graphviz gnuplot-nox'
lint='codespell coccinelle sparse shellcheck unifdef clang-format clang clang-19 libclang-rt-dev'

group() {
	case $1 in
	build) echo "$build" ;;
	tool) echo "$tool" ;;
	bpf) echo "$bpf" ;;
	demo) echo "$demo" ;;
	guest) echo "$guest" ;;
	tests) echo "$tests" ;;
	attacks) echo "$attacks" ;;
	system) echo "$system" ;;
	secureboot) echo "$secureboot" ;;
	deb) echo "$deb" ;;
	kernel-deb) echo "$kernel_deb" ;;
	lint) echo "$lint" ;;
	docs) echo "$docs" ;;
	pictures) echo "$pictures" ;;
	processors) echo "$processors" ;;
	peers) echo "$peers" ;;
	bench) echo "$bench" ;;
	all) echo "$build $tool $bpf $guest $tests $attacks $system $secureboot $deb $kernel_deb $lint $docs $pictures $processors $peers $bench" ;;
	*) die "unknown group '$1': build tool bpf demo guest tests attacks system secureboot deb kernel-deb lint docs pictures processors peers bench all" ;;
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

# List the services that systemd and sysvinit start at boot.
at_boot() {
	find "$etc"/systemd/system/*.wants "$etc"/rc[2-5].d -type l \
		-printf '%f\n' 2> /dev/null | sed 's/^S[0-9][0-9]//; /^K[0-9][0-9]/d' |
		sort -u
}

# Disable the services that $before does not list.  Without systemctl there is no
# systemd that would start a unit.
disable_new() {
	at_boot > "$before.after"
	for unit in $(comm -13 "$before" "$before.after"); do
		say "not started at boot: $unit"
		case $unit in
		*.*) ! command -v systemctl || systemctl disable "$unit" ;;
		*) update-rc.d "$unit" disable ;;
		esac >> "$log" 2>&1 || die_log "$log" 5 "$unit: cannot be disabled"
	done
	rm "$before" "$before.after"
}

# Also works on systems without Debian's packages.
can_compile() {
	cc=${CC:-cc}
	command -v "${cc%% *}" > /dev/null ||
		die "no C compiler '$cc'; on Debian, as root: apt-get install gcc libc6-dev"
	for h in stdio.h:libc6-dev jansson.h:libjansson-dev sha2.h:libmd-dev; do
		# shellcheck disable=SC2086
		echo "#include <${h%:*}>" | $cc ${CPPFLAGS-} -E - > /dev/null 2>&1 ||
			die "no ${h%:*} for $cc; on Debian, as root: apt-get install ${h#*:}"
	done
}

[ "${1-}" != --can-compile ] || { can_compile; exit; }
[ $# -gt 0 ] || set -- build tool guest
for g in "$@"; do group "$g" > /dev/null; done
command -v apt-get > /dev/null || die "needs a Debian system (apt-get)"
want=$(missing "$@" | tr '\n' ' ')
[ -n "$want" ] || exit 0
[ "$(id -u)" = 0 ] || die "missing; as root: apt-get install $want"

# Another run may be installing the same packages: wait until it ends.
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
before=$cache/setup.before
at_boot > "$before"
# Also after an installation that failed or was interrupted.
trap disable_new EXIT
# shellcheck disable=SC2086
install $want || die_log "$log" 15 "the packages could not be installed"
trap - EXIT
disable_new
say "installed: $want"
