#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The selftests against the BPF backend, on the distribution's own kernels.
# Usage: stock_test.sh [-T NAME] [KERNEL…]
#   KERNEL  6.1, 6.12 or 7.2; default: all three
#   -T      one test only, as identity_env
#
# tools/portacl-bpf/tests/expected lists the tests, the points that fail on this
# backend, and why.  Any other point that fails is an error, and so is a line of the
# list of which no point fails.  The output is kept in build/results, in TAP.  The result of all
# tests is kept for proof.sh.
set -eu
. "$(dirname "$0")/common.sh"

results=$top/build/results
noted=$top/build/noted
binaries=$top/build/selftests
expected=$top/tools/portacl-bpf/tests/expected
tool=$top/build/portacl-bpf/portacl-bpf

list_tests() {
	awk '$1 == "test" { print $2 }' "$expected"
}

test_kernel() {
	k=$1
	out=$results/stock-$k.tap
	# The commit may be another in the end.
	tested=$(tested)
	note=$noted/bpf-$k.out
	[ -z "$only" ] || note=/dev/null
	stock=$("$top/scripts/fetch.sh" "$k" image) && rc=0 || rc=$?
	if [ "$rc" = 3 ]; then
		echo "stock-$k: skipped: the archive has no such kernel"
		return
	fi
	[ "$rc" = 0 ] || die "$k: no kernel"
	say "boot $(ls "$stock/lib/modules")"
	# Here each file is a command, so each try takes long.
	# shellcheck disable=SC2046,SC2086
	"$top/scripts/boot.sh" "$k-stock" -t 3600 -a fuzz=100 sh "$top/scripts/guest/stock.sh" \
		"$stock/lib/modules/$(ls "$stock/lib/modules")" "$tool" \
		"$binaries" ${only:-$(list_tests)} > "$out" 2>&1 && rc=0 || rc=$?
	echo "## boot $rc" >> "$out"
	awk -f "$top/scripts/stock.awk" -v kernel="$k" -v only="$only" \
		-v note="$note" "$expected" "$out" || failed=yes
	[ -n "$only" ] || echo "$tested" > "$noted/bpf-$k.tested"
}

only='' failed=''
while [ $# -gt 0 ]; do
	case $1 in
	-T) only=$(list_tests | grep -x "${2%_test}_test\(\.sh\)\?") ||
		die "unknown test '$2': one of $(list_tests | sed 's/_test.*//' | xargs)"
		shift ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- 6.1 6.12 7.2
for k; do
	case $k in
	6.1|6.12|7.2) ;;
	*) die "unknown kernel '$k': 6.1, 6.12, 7.2" ;;
	esac
done
"$top/scripts/setup.sh" build tool guest bpf attacks
mkdir -p "$results" "$noted" "$binaries"
"$top/scripts/fetch.sh" 6.12 > /dev/null
make -s -C "$top/tools/portacl-bpf"
make -s -C "$top/tools/portaclctl"
make -s -C "$top/tools/testing/selftests/portacl" OUTPUT="$binaries"
cp "$top"/tools/portacl-bpf/tests/*_test.sh "$binaries"
for k; do test_kernel "$k"; done
[ -z "$failed" ]
