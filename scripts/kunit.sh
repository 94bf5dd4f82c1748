#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the KUnit tests under user-mode Linux; KTAP on standard output.
# Usage: kunit.sh [-a ARCH] [SUITES]      a pattern, as kunit.py takes it
#   -a     on another processor, emulated by QEMU: arm64, i386 or s390
set -eu
. "$(dirname "$0")/common.sh"

k=7.2 arch=um cross=''
[ "${1-}" != -a ] || { arch=${2-}; shift 2; }
case $arch in
um) ;;
arm64) cross=aarch64-linux-gnu- ;;
i386) ;;
s390) cross=s390x-linux-gnu- ;;
*) die "unknown processor '$arch': arm64, i386 or s390" ;;
esac
[ "$arch" = um ] || "$top/scripts/setup.sh" build processors
"$top/scripts/build.sh" "$k" um
cd "$cache/$k/src"
exec 9> "$cache/$k/lock"
flock 9
# Another checkout may have put its sources there in the meantime.
"$top/scripts/apply.sh" .
obj=$cache/$k/kunit-$arch log=$top/build/kunit-$arch.log
cc="ccache ${cross}gcc"
ccache_for "$PWD"

kunit() {
	command=$1
	shift
	without_kvm python3 tools/testing/kunit/kunit.py "$command" --arch="$arch" \
		--build_dir="$obj" "$@"
}

# That /dev/kvm exists does not mean that it works, and kunit.py would take it.
if [ -w /dev/kvm ] && unshare -m true 2> /dev/null; then
	without_kvm() {
		unshare -m sh -ec \
			'mount --bind /dev/null /dev/kvm; exec "$@"' sh "$@"
	}
else
	without_kvm() { "$@"; }
fi

# What kunit.py wants, less what the tests can do without.
configure() {
	kunit config --kunitconfig=security/portacl --cross_compile="$cross" \
		--make_options "CC=$cc" || return
	cat "$top/scripts/config/kunit.config" >> "$obj/.config"
	case $arch in
	arm64|i386) cat "$top/scripts/config/processors.config" >> "$obj/.config" ;;
	esac
	"$@" olddefconfig
}

# kunit.py builds as well, but in silence.
suites=${1-}
set -- make -j"$(nproc)" ARCH="$arch" CROSS_COMPILE="$cross" O="$obj" CC="$cc" \
	HOSTCC='ccache gcc'
configure "$@" > "$log" 2>&1 ||
	die_log "$log" 25 "a kernel for $arch cannot be configured"
step "building a kernel for $arch" "$log" 1000 "$@" ||
	die_log "$log" 25 "the kernel for $arch does not build"
kunit exec --raw_output=kunit --timeout=900 ${suites:+"$suites"}
