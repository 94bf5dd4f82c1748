#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build Debian packages of a patched kernel for a real machine, by the kernel's
# own bindeb-pkg: build/deb/linux-image-*.deb and linux-headers-*.deb.
# Usage: kernel_deb.sh K [CONFIG]      K: 6.1, 6.12, 7.2 or latest
#   CONFIG  the file to start from, or cloud: the distribution's configuration for
#           virtual machines; default: its configuration for all machines.  Both are
#           of the package linux-config-K
#
# The script enables portacl and appends it to CONFIG_LSM.  The version ends in
# -portacl, so the packages can be installed beside the distribution's.  Tree and
# objects stay in the cache, so an interrupted build continues.
set -eu
. "$(dirname "$0")/common.sh"

in_tree() {
	make -s -C "$src" O="$obj" CC="$cc" HOSTCC="$cc" "$@" < /dev/null
}

count() { grep -c "=$1\$" "$obj/.config" || :; }

# Settings to append to the configuration: the last line for an option wins.  The
# files with the distribution's trusted keys do not exist here.
settings() {
	lsm=$(sed -n 's/^CONFIG_LSM="\(.*\)"/\1/p' "$config" | tail -n 1)
	case ,$lsm, in
	*,portacl,*) ;;
	*) lsm=${lsm:-landlock,lockdown,yama,integrity,apparmor,bpf},portacl ;;
	esac
	cat <<-END
	CONFIG_SECURITY=y
	CONFIG_SECURITYFS=y
	CONFIG_SECURITY_NETWORK=y
	CONFIG_SECURITY_PORTACL=y
	CONFIG_LSM="$lsm"
	CONFIG_LOCALVERSION="-portacl"
	CONFIG_LOCALVERSION_AUTO=n
	CONFIG_SYSTEM_TRUSTED_KEYS=""
	CONFIG_SYSTEM_REVOCATION_KEYS=""
	END
}

# .config keeps its time if nothing changed in it.
configure() {
	[ ! -e "$obj/.config" ] || mv "$obj/.config" "$obj/.config.last"
	{ cat "$config"; settings; } > "$obj/.config"
	in_tree olddefconfig > "$log" 2>&1 ||
		die_log "$log" 15 "$k: cannot be configured"
	! cmp -s "$obj/.config" "$obj/.config.last" ||
		mv "$obj/.config.last" "$obj/.config"
	for must in '^CONFIG_SECURITY_PORTACL=y' '^CONFIG_LSM=".*portacl'; do
		grep -q "$must" "$obj/.config" || die "$k: not configured: $must"
	done
}

# Say what the build needs, on a slow machine.  Debugging information takes about five
# times the space and three times the time.
announce() {
	lines=$((900 + $(count y) * 3 + $(count m) * 7))
	mb=$((500 + lines / 8)) seconds=$((lines / 4 / $(nproc)))
	! grep -q '^CONFIG_DEBUG_INFO=y' "$obj/.config" || {
		mb=$((mb * 5))
		seconds=$((seconds * 3))
	}
	say "$k: $(count y) options built in, $(count m) modules"
	say "$k: needs up to $mb MB in $home and 2 GB of memory for each of $(nproc) processors; about $((seconds / 60 + 1)) minutes the first time; it can be interrupted"
	need $((mb - $(du -sm "$home" | cut -f 1))) "$home"
}

# The old packages stay until the new ones are there.
build_packages() {
	touch "$home/begun"
	# make prints no line for an object that is there.
	step "building packages of $k" "$log" \
		"$((lines - $(find "$obj" -name '*.o' | wc -l)))" \
		make -j"$(nproc)" -C "$src" O="$obj" CC="$cc" HOSTCC="$cc" bindeb-pkg ||
		die_log "$log" 25 "$k: does not build"
	find "$home" -maxdepth 1 -name '*.deb' ! -newer "$home/begun" -delete
	mkdir -p "$out"
	rm -f "$out"/linux-*-"$k".[0-9]*-portacl*.deb
	cp "$home"/linux-*.deb "$out"
	rm -f "$out"/linux-libc-dev_*.deb
}

k=${1-} config=${2-}
name=${config##*/} name=${name:-distribution}
known_kernel "$k"
case $config in
''|cloud) ;;
*)
	[ -f "$config" ] || die "$config: no such configuration"
	grep -q '^CONFIG_' "$config" || die "$config: no kernel configuration" ;;
esac
case $cache/$name in
*[[:space:]:]*)
	die "$cache/kernel-deb/$k/$name: the path must not contain whitespace or colons" ;;
esac
"$top/scripts/setup.sh" build kernel-deb
source=$("$top/scripts/fetch.sh" "$k")
[ "$k" != latest ] || k=${source##*/}
[ -f "$config" ] || config=$("$top/scripts/fetch.sh" "$k" config "$config")
home=$cache/kernel-deb/$k/$name
src=$cache/kernel-deb/$k/src cc=$cache/kernel-deb/cc obj=$home/build log=$home/build.log
out=$top/build/deb
mkdir -p "$obj"
exec 9> "$src.lock"
flock -n 9 || die "$src: another build is running"
copy_tree "$source" "$src"
"$top/scripts/apply.sh" "$src"
ccache_for "$src"
# make compares commands, so the compiler's name must not depend on the checkout.
cmp -s "$top/scripts/cc.sh" "$cc" || {
	cp -p "$top/scripts/cc.sh" "$cc.$$"
	mv "$cc.$$" "$cc"
}
configure
announce
build_packages
say "as root: dpkg -i $(find "$out" -name "linux-image-$k.[0-9]*-portacl_*.deb"), then reboot"
