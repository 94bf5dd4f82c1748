#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Change the matcher, the index or the parser in one line, and see that a test fails.
# Usage: mutants_test.sh [SEED [NUMBER]]
#
# All mutants are in one build (see mutate.py), each selected by its number.  They run
# in user space, and again under ASan if no test finds them.  At least 95 % must be
# found.
. "$(dirname "$0")/tap.sh"

seed=${1:-1} number=${2:-300}
copy=$tmp/security/portacl
files='match.c lookup.c index.c segment.c tree.c parse.c rule.c lex.c'
plan 3
. "$top/scripts/tests/mutants.sh"

build() {
	make -k -C "$top/tools/portaclctl" CORE="$copy" O="$tmp/plain" \
		WARNINGS=-w SANITIZE=-O1 asan &&
		make -k -C "$top/tools/portaclctl" CORE="$copy" O="$tmp/asan" \
			WARNINGS=-w asan
}

builds() {
	mkdir -p "$tmp/security"
	cp -r "$top/security/portacl" "$tmp/security"
	compiles build
}

# judge DIR NUMBER: print NUMBER and a test that fails, or that takes more than ten
# times the processor time that it needs.
judge() {
	for t in parse_kunit index_kunit 'match_test 1 300' match_kunit; do
		# shellcheck disable=SC2086
		(ulimit -t 30; MUTANT=$2 exec "$1"/asan/$t) > /dev/null 2>&1 && continue
		echo "$2 $t"
		return
	done
	for t in 10-samples 30-verdict; do
		(ulimit -t 60; MUTANT=$2 T=$t exec "$top/tools/portaclctl/tests/run.sh" \
			"$1/asan") > /dev/null 2>&1 && continue
		echo "$2 $t"
		return
	done
}

# judge_part DIR N: one of $(nproc) parts of the mutants that are not yet found.
judge_part() {
	awk 'FILENAME ~ /found$/ { found[$1]; next } !($1 in found) { print $1 }' \
		"$tmp/found" "$tmp/mutants" |
		awk -v n="$2" -v of="$(nproc)" 'NR % of == n % of' |
		while read -r m; do judge "$1" "$m" < /dev/null; done > "$tmp/part$2"
}

# 0 is the code without a mutant.
runs() {
	: > "$tmp/found"
	for dir in "$tmp/plain" "$tmp/asan"; do
		[ -z "$(judge "$dir" 0)" ] || return
		for n in $(seq "$(nproc)"); do judge_part "$dir" "$n" & done
		wait
		cat "$tmp"/part* >> "$tmp/found"
	done
}

ok 'the mutants compile' builds
ok 'the tests run' runs
ok 'the tests find at least 95 % of the mutants' are_found
