#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build a patched kernel: build/K/bzImage and build/K/.config.
# Usage: build.sh [-o] K [open|debug|race|bench|demo|um]     K: 6.1, 6.12, 7.2 or latest
#   open   build/K/bzImage-open: CONFIG_INET_PRIVILEGED_PORTS=n, and a policy
#          that is compiled in
#   debug  build/K-debug/: with KASAN, lockdep, kmemleak, …
#   race   build/K-race/: with KCSAN, preemptible throughout
#   bench  build/K-bench/: with the modules that make bench compares
#   demo   build/K-demo/: the smallest that make demo does with
#   um     only the patched tree, for kunit.sh
#   -o     with all objects, in build/K/obj; else an image that another
#          checkout made from the same inputs will do
#   --help this text
#
# The patched tree and the objects lie in the cache, at a place that does not
# depend on the checkout (the compiler cache goes by absolute paths), under one
# lock for each kernel.  The tree is a copy of the pristine one by hard links.
set -eu
. "$(dirname "$0")/common.sh"

# Everything that decides the image: if it did not change, nothing is built.
inputs() {
	cat "$source/.portacl-version" "$top/Kconfig.patch"
	cat "$wanted" "$top/scripts/build.sh" "$top"/scripts/config/tomoyo/*
	find "$top/security/portacl" -type f | sort | xargs cat
	gcc --version
}

# take_image and keep_image: from and into the cache, whole or not at all.
take_image() {
	[ -z "$objects" ] && [ -e "$kept" ] && touch "$kept" &&
		cp "$kept/config" "$dir/.config$suffix" &&
		cp "$kept/bzImage" "$dir/bzImage.new" &&
		mv "$dir/bzImage.new" "$dir/bzImage$suffix"
}

keep_image() {
	mkdir -p "$kept.$$"
	cp "$dir/bzImage$suffix" "$kept.$$/bzImage"
	cp "$dir/.config$suffix" "$kept.$$/config"
	rm -rf "$kept"
	mv "$kept.$$" "$kept"
	find "$cache/images" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' |
		sort -rn | sed '1,20d; s/[^ ]* //' | xargs -r -d '\n' rm -rf
}

make_wanted() {
	base=base
	[ "$variant" != demo ] || base=demo
	cat "$top/scripts/config/$base.config"
	case $variant in
	open)
		echo 'CONFIG_INET_PRIVILEGED_PORTS=n'
		echo 'CONFIG_SECURITY_PORTACL_BOOT_POLICY="security/portacl/tests/boot.conf"' ;;
	debug|race|bench) cat "$top/scripts/config/$variant.config" ;;
	esac
}

make_config() {
	make -s -C "$src" O="$obj" CC="$cc" HOSTCC="$cc" "$@" < /dev/null
}

# TOMOYO panics without a profile; this one can be written to by make bench.  It
# ignores lines that it cannot parse, such as the SPDX headers.
# From nothing: tinyconfig of 6.1 would add to a .config that is there.  .config
# keeps its time if nothing changed in it.
configure() {
	mkdir -p "$obj/security/tomoyo/policy"
	ln -sfn "$src" "$dir/src"
	ln -sfn "$obj" "$dir/obj"
	cp -p "$top"/scripts/config/tomoyo/*.conf "$obj/security/tomoyo/policy"
	log=$dir/config.log
	[ ! -e "$obj/.config" ] || mv "$obj/.config" "$obj/.config.last"
	{
		make_config tinyconfig &&
			cat "$wanted" >> "$obj/.config" &&
			make_config olddefconfig
	} > "$log" 2>&1 ||
		die_log "$log" 15 "$k: cannot be configured"
	! cmp -s "$obj/.config" "$obj/.config.last" ||
		mv "$obj/.config.last" "$obj/.config"
	check_config
}

# Report the symbols that this kernel knows and that came out otherwise.
check_config() {
	grep -rhoE --include='Kconfig*' \
		'^(menu)?config [A-Z0-9_]+' "$src" |
		sed 's/.*config /CONFIG_/' | sort -u > "$dir/known"
	sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=n/p; /^CONFIG_/p' \
		"$wanted" | awk -F= '{ v[$1] = $0 } END { for (i in v) print v[i] }' |
		sort | while IFS= read -r line; do
		sym=${line%%=*}
		grep -qx "$sym" "$dir/known" || continue
		case $line in
		*=n) ! grep -q "^$sym=" "$obj/.config" ;;
		*) grep -qxF "$line" "$obj/.config" ;;
		esac || say "$k: $line is not what came out"
	done
	set -- '^CONFIG_SECURITY_PORTACL=y' '^CONFIG_LSM=".*portacl'
	case $variant in
	debug) set -- "$@" '^CONFIG_KASAN=y' '^CONFIG_DEBUG_KMEMLEAK=y' ;;
	race) set -- "$@" '^CONFIG_KCSAN=y' ;;
	esac
	for must; do
		grep -q "$must" "$obj/.config" ||
			die "$k: not configured: $must: $obj/.config"
	done
}

compile() {
	log=$dir/build${variant:+-$variant}.log
	step "building $k${variant:+ ($variant)}" "$log" "$lines" \
		make -j"$(nproc)" -C "$src" O="$obj" CC="$cc" HOSTCC="$cc" \
		KCFLAGS="$flags" AFLAGS_piggy.o="-DPORTACL_STAMP=$stamp" bzImage ||
		die_log "$log" 25 "$k: does not build"
	check_payload
}

# ccache does not see the file that .incbin includes (in depend mode, before its
# pull request 1765).  The stamp stands for that file: without it, a kernel of
# the same size might come from the cache.
check_payload() {
	z=$obj/arch/x86/boot/compressed
	objcopy -O binary -j .rodata..compressed "$z/piggy.o" "$dir/payload"
	cmp -s "$dir/payload" "$z/vmlinux.bin.lz4" ||
		die "$k: the image does not hold the kernel: $z/piggy.o"
	rm "$dir/payload"
}

objects=''
[ "${1-}" != -o ] || { objects=yes; shift; }
k=${1-} variant=${2-}
lines=2250 cc='ccache gcc' flags=''
known_kernel "$k"
case $variant in
''|open|debug|race|bench|um) ;;
# -O1 takes four fifths of the time of -Os.  Without -fipa-cp gcc leaves calls of
# functions that exist on 32-bit processors alone.
demo) lines=1000 flags='-O1 -fipa-cp' ;;
*) die "unknown variant '$variant': open, debug, race, bench, demo or um" ;;
esac

case $cache in
*[[:space:]:]*) die "$cache: the kernel's make takes no path with blanks or colons" ;;
esac
"$top/scripts/setup.sh" build
source=$("$top/scripts/fetch.sh" "$k")
[ "$k" != latest ] || k=${source##*/}
say "$k: linux-source $(cat "$source/.portacl-version")"
dir=$top/build/$k suffix=''
case $variant in
open) suffix=-open ;;
debug|race|bench|demo) dir=$dir-$variant ;;
um) objects=yes ;;
esac
home=$cache/$k
src=$home/src obj=$home/build wanted=$dir/wanted$suffix
case $variant in debug|race|bench|demo) obj=$obj-$variant ;; esac
mkdir -p "$dir" "$home"
exec 9> "$home/lock"
flock -n 9 || { say "$k: waiting for another build"; flock 9; }

make_wanted > "$wanted"
stamp=$(inputs | sha256sum | cut -d ' ' -f 1)
kept=$cache/images/$stamp
if [ -e "$dir/bzImage$suffix" ] && [ -z "$objects" ] &&
	[ "$(cat "$dir/stamp$suffix" 2> /dev/null)" = "$stamp" ]; then
	say "$k${variant:+ ($variant)}: up to date"
	exit 0
fi
if take_image; then
	echo "$stamp" > "$dir/stamp$suffix"
	say "$k${variant:+ ($variant)}: as another checkout built it"
	exit 0
fi
need 2500 "$home"
copy_tree "$source" "$src"
"$top/scripts/apply.sh" "$src"
[ "$variant" != um ] || exit 0
ccache_for "$src"
export KBUILD_BUILD_TIMESTAMP='1970-01-01' KBUILD_BUILD_USER=portacl \
	KBUILD_BUILD_HOST=portacl KBUILD_BUILD_VERSION=1
configure
compile
cp "$obj/arch/x86/boot/bzImage" "$dir/bzImage.new"
mv "$dir/bzImage.new" "$dir/bzImage$suffix"
cp "$obj/.config" "$dir/.config$suffix"
echo "$stamp" > "$dir/stamp$suffix"
keep_image
