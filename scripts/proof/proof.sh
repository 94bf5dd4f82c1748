#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Note the last results in Documentation/tests/results and make
# Documentation/tests/README.md.
# Usage: proof.sh [BUILD…]
#        proof.sh --page                only print the page of the noted results
#   BUILD  a directory build/ of this or another checkout; default: of this one.
#          BUILD/results is from test.sh, BUILD/noted from note.sh
#
# A row whose test was not in these runs keeps its older result.  A row that is
# the sum of many tests in guests is noted only after a run of all tests.
set -eu
. "$(dirname "$0")/../common.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/scripts/proof
page=$top/Documentation/tests
tab=$(printf '\t')

# List NAME KERNEL DATE COMMIT PASSED FAILED SKIPPED [EXPECTED] for each file of results.
results() {
	for out in "$1"/results/*.out "$1"/noted/*.out; do
		[ -e "$out" ] || continue
		name=$(basename "$out" .out) kernel=- tested=${out%.out}.tested
		[ -e "$tested" ] || tested=$1/results/tested
		case $name in
		# Without a kernel, only whether each check can be taken out.
		fetch-*|selftests-build|gates) continue ;;
		[0-9]*)
			kernel=$(echo "$name" | sed -E 's/^([0-9.]+(-debug|-race)?).*/\1/')
			name=$(guest_test "$name") ;;
		*-[0-9]*) kernel=${name##*-} name=${name%-*} ;;
		esac
		case $name in
		selftests|debug|race|tool-guest)
			[ -e "$1/results/tap.out" ] || continue ;;
		esac
		# Without a count the test did not end.
		count=$(sed -n '$s/^count //p' "$out")
		echo "$name $kernel $(cat "$tested") ${count:-0 1 0}"
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

# The newest result of each name and kernel, as results() lists them.
note() {
	for build; do results "$build"; done | awk '
		{ k = $1 " " $2 " " $3 " " $4; p[k] += $5; f[k] += $6; s[k] += $7; e[k] += $8 }
		END { for (k in p) print k, p[k], f[k], s[k] (e[k] ? " " e[k] : "") }' |
		cat - "$page/results" | sort -s -k 3,3r | awk '!seen[$1 $2]++' | sort -V
}

table() {
	echo '| test | command | kernel | date | commit | passed | failed | skipped |'
	echo '|---|---|---|---|---|---|---|---|'
	rows | while IFS=$tab read -r name command kernels _; do
		{
			grep "^$name " "$page/results" || :
			for kernel in $kernels; do
				grep -q "^$name $kernel " "$page/results" ||
					echo "$name $kernel never - - - -"
			done
		} | sort -V | while read -r _ kernel date commit passed failed skipped expected; do
			echo "| $name | \`$command\` | $kernel | $date | $commit | $passed | $failed${expected:+, $expected expected} | $skipped |"
		done
	done
}

rows() { grep -v '^#' "$here/tests"; }

contents() {
	rows | while IFS=$tab read -r name _ _ content; do
		echo "- **$name**: $content"
	done
}

print_page() {
	sed '/^<!-- table -->$/q' "$here/head.md"
	table
	echo
	contents
}

[ "${1-}" != --page ] || { print_page; exit; }
mkdir -p "$page"
touch "$page/results"
[ $# -gt 0 ] || set -- "$top/build"
at_exit 'rm -f "$page/results.new"'
note "$@" > "$page/results.new"
while read -r name _; do
	rows | grep -q "^$name$tab" || die "$name: no line in $here/tests"
done < "$page/results.new"
mv "$page/results.new" "$page/results"
print_page > "$page/README.md"
