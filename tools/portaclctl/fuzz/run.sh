#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the fuzz target for some seconds; what it finds is left in the current
# directory.  Usage: run.sh TARGET SECONDS [MORE_FLAGS…]
set -eu
target=$1 seconds=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
new=$(mktemp -d)
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$new" "$new.dict" "$TMPDIR"' EXIT
sed -n 's/^PORTACL_[A-Z]*_KEY([A-Z]*, \([a-z]*\))$/" \1="/p' \
	"$here/../../../security/portacl/key_defs.h" | sort -u |
	cat - "$here/portacl.dict" > "$new.dict"
"$target" -max_total_time="$seconds" -max_len=2048 -timeout=10 \
	-dict="$new.dict" -print_final_stats=1 "$@" "$new" "$here/corpus" "$here/../samples" 2> "$new.log" || {
	tail -n 40 "$new.log" >&2
	rm -f "$new.log"
	exit 1
}
sed -n 's/^stat::number_of_executed_units: */fuzz: runs without a finding: /p' \
	"$new.log"
rm -f "$new.log"
