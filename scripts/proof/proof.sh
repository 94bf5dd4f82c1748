#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Note the results in build/results, of the last `make test` or `make test-full`,
# in Documentation/tests/results and make Documentation/tests/README.md.
# Usage: proof.sh
#
# A row whose test was not in that run keeps its older result.  The tests in
# guests are noted only after a run of all tests, since a row is their sum.
set -eu
. "$(dirname "$0")/../common.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/scripts/proof
page=$top/Documentation/tests
tab=$(printf '\t')

# List NAME KERNEL PASSED FAILED SKIPPED for each file of results.
results() {
	for out in "$top"/build/results/*.out; do
		name=$(basename "$out" .out) kernel=-
		case $name in
		fetch-*|selftests-build|lint) continue ;;
		[0-9]*)
			kernel=$(echo "$name" | sed -E 's/^([0-9.]+(-debug|-race)?).*/\1/')
			name=$(guest_test "$name") ;;
		*-[0-9]*) kernel=${name##*-} name=${name%-*} ;;
		esac
		case $name in
		selftests|debug|race|systemd|tool-guest|verdicts)
			[ -e "$top/build/results/tap.out" ] || continue ;;
		esac
		echo "$name $kernel $(sed -n '$s/^count //p' "$out")"
	done
}

guest_test() {
	case $1 in
	*-debug-*) echo debug ;;
	*-race-*) echo race ;;
	*-tool*) echo tool-guest ;;
	*-verdicts*) echo verdicts ;;
	*-systemd) echo systemd ;;
	*) echo selftests ;;
	esac
}

# The newest result of each name and kernel: NAME KERNEL DATE COMMIT COUNTS.
note() {
	results | awk -v when="$(date -u +%F) $(git -C "$top" log -1 --format=%h)" '
		{ k = $1 " " $2; p[k] += $3; f[k] += $4; s[k] += $5 }
		END { for (k in p) print k, when, p[k], f[k], s[k] }' |
		cat - "$page/results" | awk '!seen[$1 $2]++' | sort -V
}

table() {
	echo '| test | command | kernel | date | commit | passed | failed | skipped |'
	echo '|---|---|---|---|---|---|---|---|'
	rows | while IFS=$tab read -r name command _; do
		grep "^$name " "$page/results" |
			while read -r _ kernel date commit passed failed skipped; do
			echo "| $name | \`$command\` | $kernel | $date | $commit | $passed | $failed | $skipped |"
		done
	done
}

rows() { grep -v '^#' "$here/tests"; }

contents() {
	rows | while IFS=$tab read -r name _ content; do
		echo "- **$name**: $content"
	done
}

touch "$page/results"
note > "$page/results.new"
mv "$page/results.new" "$page/results"
{
	sed '/^<!-- table -->$/q' "$here/head.md"
	table
	echo
	contents
} > "$page/README.md"
