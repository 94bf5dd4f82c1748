# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# For mutants_test.sh and mutants_kernel_test.sh.  They set $seed, $number, $files, and
# $copy: the directory security/portacl of the mutants.  $tmp/found has the mutants that
# a test found, as lines NUMBER TEST.

# generate: write the mutants into the copy, without those in $tmp/skip.
generate() {
	# shellcheck disable=SC2086
	python3 "$top/scripts/tests/mutate.py" "$top/security/portacl" "$copy" \
		"$seed" "$number" "$tmp/skip" $files > "$tmp/mutants"
}

# compiles COMMAND…: repeat it without the mutants that do not compile.
compiles() {
	: > "$tmp/skip"
	generate || return
	until "$@" > "$tmp/log" 2>&1; do
		sed -nE 's|^(.*/)?mutant-([0-9]+):[0-9]+:[0-9]+: error:.*|\2|p' \
			"$tmp/log" | sort -u > "$tmp/errors"
		[ -s "$tmp/errors" ] || { tail -n 25 "$tmp/log"; return 1; }
		cat "$tmp/errors" >> "$tmp/skip"
		generate || return
	done
}

# A line of the file `survivors` names a mutant that no test can find; it does not count.
are_found() {
	awk -F '\t' '
		FILENAME ~ /found$/ { split($1, word, " "); found[word[1]]; next }
		FILENAME ~ /survivors$/ { known[$1 FS $2 FS $3 FS $4]; next }
		$1 in found { n++; next }
		($2 FS $4 FS $5 FS $6) in known { same++; next }
		{ missed++; print }
		END {
			print n + 0 " found, " missed + 0 " missed, " same + 0 " known"
			exit !n || n < 0.95 * (n + missed)
		}' "$tmp/found" "$top/scripts/tests/survivors" "$tmp/mutants" \
		> "$tmp/report" && rc=0 || rc=$?
	sed 's/^/# /' "$tmp/report" >&3
	return "$rc"
}

exec 3>&1
echo "# seed $seed"
