#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Bad usage and bad machines end in one clear line.
. "$(dirname "$0")/tap.sh"

unset MAKEFLAGS MAKELEVEL K KSRC CMD
export PORTACL_CACHE="$tmp/cache"

# by_make PATTERN ARGUMENT…: one line of ours, then make's own.
by_make() {
	line=$1
	shift
	says 2 '^make: \*\*\* ' make -C "$top" --no-print-directory "$@" &&
		[ "$(wc -l < "$tmp/said")" = 2 ] &&
		head -n 1 "$tmp/said" | grep -qE "$line"
}

with() { env PATH="$tmp/bin:$PATH" "$@"; }

checkout_with_blanks() {
	mkdir -p "$tmp/a b"
	cp "$top/Makefile" "$tmp/a b"
	one_line 2 '/a b: make takes no checkout whose path has blanks' \
		make -C "$tmp/a b" --no-print-directory test
}

plan 16
ok "unknown kernel" by_make "unknown kernel '5'" kernel K=5
ok "unknown kernel to boot" by_make "unknown kernel '5'" shell K=5
ok "unknown kernel to test" one_line 1 "unknown kernel '5'" \
	"$top/scripts/test.sh" 5
ok "unknown variant" one_line 1 "unknown variant 'x'" \
	"$top/scripts/build.sh" 7.2 x
ok "a directory that is no tree" by_make "'/etc' is no kernel source tree" \
	apply KSRC=/etc
ok "a checkout at a path with blanks" checkout_with_blanks
ok "a cache at a path with blanks" one_line 1 'a b: .* no path with blanks' \
	env PORTACL_CACHE="$tmp/a b" "$top/scripts/build.sh" 7.2
ok "no directory" by_make "'' is no kernel source tree" unapply
ok "a kernel that was not built" one_line 1 'make kernel K=7.9' \
	"$top/scripts/boot.sh" 7.9 true
ok "a root file system without an init" one_line 1 "no root file system" \
	"$top/scripts/boot.sh" 7.9 -r /etc true
ok "unknown group of packages" one_line 1 "unknown group 'x'" \
	"$top/scripts/setup.sh" x

instead dpkg-query 'exit 1'
instead id 'echo 1000'
ok "packages are missing, and no root" \
	one_line 1 'needs root to install: gcc' with "$top/scripts/setup.sh"
rm "$tmp/bin/dpkg-query" "$tmp/bin/id"

instead apt-get 'case "$*" in *update*) echo E: no route >&2; exit 100 ;; esac
exec /usr/bin/apt-get "$@"'
ok "no network" says 1 'no package lists: is the network up' \
	with "$top/scripts/fetch.sh" 7.2
rm "$tmp/bin/apt-get"

instead df 'echo x; echo x 1 1 1024 1 /'
ok "no disk" says 1 'MB free, [0-9]+ needed' with "$top/scripts/fetch.sh" 6.1
rm "$tmp/bin/df"

instead dpkg-query 'echo installed'
instead id 'echo 0'
# It leaves its directory when it fails.
instead debootstrap 'mkdir -p "$4"; exit 1'
ok "a root file system cannot be made" says 1 'is the network up' \
	with "$top/scripts/rootfs.sh"
# What is left of it is not taken for one.
ok "nor is it then" says 1 'is the network up' with "$top/scripts/rootfs.sh"
