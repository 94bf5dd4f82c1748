#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Change the hooks, the identity or the quick path in one line, and see that a selftest
# fails.
# Usage: mutants_kernel_test.sh [K [SEED [NUMBER]]]
#
# All mutants are in one kernel (see mutate.py), each selected by its number in
# /sys/module/kernel/parameters/mutant.  At least 95 % must be found.
. "$(dirname "$0")/tap.sh"
cache=$(sh -c '. "$0"; echo "$cache"' "$top/scripts/common.sh")

k=${1:-6.12} seed=${2:-1} number=${3:-40}
files='hooks.c identity.c quick.c'
tree=$tmp/tree copy=$tmp/tree/security/portacl
selftests=$top/build/selftests
plan 4
. "$top/scripts/tests/mutants.sh"

# The kernel's make writes its errors into a log of its own.
build() {
	"$tree/scripts/build.sh" "$k" && return
	cat "$tree/build/$k/build.log"
	return 1
}

builds() {
	make -s -C "$top/tools/testing/selftests/portacl" OUTPUT="$selftests" || return
	mkdir "$tree"
	(cd "$top" && cp -a --parents Documentation Kconfig.patch scripts security \
		tools "$tree")
	compiles build
}

# List NUMBER FILE of the mutants that were neither found nor missed.
left() {
	awk '/^(found|missed)/ { done[$2]; next } !($1 in done) { print $1, $2 }' \
		"$tmp/judged" "$tmp/mutants"
}

# Judge the mutants of the file `next`.
boot() {
	"$tree/scripts/boot.sh" "$k" -t 1800 -a panic_on_warn=1 \
		sh "$top/scripts/guest/mutants.sh" "$selftests" "$tmp/next" \
		> "$tmp/boot" 2> "$tmp/err" || :
}

# 0 is the code without a mutant.
passes() {
	printf '0 hooks.c\n0 identity.c\n' > "$tmp/next"
	boot
	[ "$(grep -c '^missed 0' "$tmp/boot")" = 2 ] || { cat "$tmp/boot" "$tmp/err"; return 1; }
}

# Some at a time, since a mutant may spoil the kernel.  One that ends it is found.
runs() {
	: > "$tmp/judged"
	while left | head -n 10 > "$tmp/next"; [ -s "$tmp/next" ]; do
		boot
		grep -E '^(found|missed)' "$tmp/boot" >> "$tmp/judged"
		case $(tail -n 1 "$tmp/boot") in
		begin*)
			sed -n '$s/begin \(.*\)/found \1 boot/p' "$tmp/boot" \
				>> "$tmp/judged" ;;
		found*|missed*) ;;
		*) cat "$tmp/boot" "$tmp/err"; return 1 ;;
		esac
	done
	sed -n 's/^found //p' "$tmp/judged" > "$tmp/found"
}

ok 'the mutants compile' builds
ok 'without a mutant the selftests pass' passes
ok 'with each mutant they run' runs
ok 'the selftests find at least 95 % of the mutants' are_found
# The next build takes neither the image nor the objects of the mutants.
rm -rf "$cache/images/$(cat "$tree/build/$k/stamp")"
"$top/scripts/build.sh" -o "$k"
