#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Static analysis: the kernel part by the kernel's semantic patches (coccicheck), the
# tool and what it compiles of the kernel part by gcc -fanalyzer.
# Usage: analyze_test.sh
. "$(dirname "$0")/tap.sh"
"$top/scripts/setup.sh" build tool lint
tree=$("$top/scripts/fetch.sh" 7.2) || exit
# Messages in English.
export LC_ALL=C

# The kernel's semantic patches.  Debian's spatch cannot run those with OCaml.
coccicheck() {
	cd "$top/security/portacl" || return
	n=0
	grep -rl 'virtual *report' "$tree/scripts/coccinelle" | sort > "$tmp/patches"
	while read -r c; do
		! grep -q ':ocaml' "$c" || continue
		timeout 300 spatch -D report --very-quiet --no-show-diff \
			--no-includes --cocci-file "$c" ./*.c \
			2> "$tmp/err" < /dev/null ||
			{ echo "$c"; cat "$tmp/err"; return 1; }
		n=$((n + 1))
	done < "$tmp/patches" > "$tmp/said"
	echo "# $n semantic patches" >&3
	[ "$n" -gt 0 ] && ! grep -q . "$tmp/said"
}

# gcc 12 is wrong about these: it loses sight of memory that a policy keeps or that
# realloc() returns, and of the value that an initializer gives.
wrong='index\.c:.*malloc-leak|lib/memory\.c:.*malloc-leak'
wrong="$wrong|(policy/ask\.c|lib/cleanup\.h):.*uninitialized"
analyzer() {
	make -s -C "$top/tools/portaclctl" O="$tmp/o" CFLAGS='-O2 -g -fanalyzer' \
		WARNINGS= "$tmp/o/portaclctl" > "$tmp/log" 2>&1 ||
		{ cat "$tmp/log"; return 1; }
	grep 'warning: .*Wanalyzer' "$tmp/log" | grep -vE "$wrong" > "$tmp/said"
	! grep -q . "$tmp/said"
}

exec 3>&1
plan 2
ok 'coccicheck reports nothing' coccicheck
ok 'gcc -fanalyzer reports nothing in the tool' analyzer
