#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/patch.sh: its patch, by plain patch(1), gives what apply.sh gives.
# Usage: patch_test.sh [KERNEL…]
. "$(dirname "$0")/tap.sh"

[ $# -gt 0 ] || set -- 6.1 6.12 7.2

# trees KERNEL: three copies of those files of a clean tree that are touched.
trees() {
	from=$("$top/scripts/fetch.sh" "$1") || exit 1
	rm -rf "$tmp/clean" "$tmp/patched" "$tmp/applied"
	sh -c '. "$0"; copy_touched "$1" "$2"' "$top/scripts/common.sh" \
		"$from" "$tmp/clean"
	cp -a "$tmp/clean" "$tmp/patched"
	cp -a "$tmp/clean" "$tmp/applied"
}

applies() { (cd "$tmp/patched" && patch -p1 -F0 < "$tmp/patch"); }

by_git() {
	(cd "$tmp/clean" && GIT_CEILING_DIRECTORIES=$tmp git apply --stat --check "$tmp/patch")
}

same() {
	"$top/scripts/apply.sh" "$tmp/applied" && rm -r "$tmp/applied/.portacl" &&
		diff -r "$tmp/applied" "$tmp/patched" &&
		(cd "$tmp/applied" && find . -type f -perm /111 | sort) > "$tmp/x1" &&
		(cd "$tmp/patched" && find . -type f -perm /111 | sort) > "$tmp/x2" &&
		cmp "$tmp/x1" "$tmp/x2"
}

undone() {
	(cd "$tmp/patched" && patch -R -p1 -F0 < "$tmp/patch") &&
		diff -r "$tmp/clean" "$tmp/patched"
}

plan $(($# * 5))
for k; do
	k=${k%-*}
	trees "$k"
	ok "$k: made" says 0 "^patch: $tmp/patch\$" "$top/scripts/patch.sh" "$k" "$tmp/patch"
	ok "$k: fits by git apply" by_git
	ok "$k: applied by patch(1) at fuzz 0" applies
	ok "$k: the same files and modes as by apply.sh" same
	ok "$k: taken out again" undone
done
