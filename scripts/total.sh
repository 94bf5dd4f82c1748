#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Add up the results of test.sh: DIR/NAME.out, as tap.awk writes it, for each test.
# Usage: total.sh DIR
#
# The failures are repeated at the end, where people look for them.  A file without a
# count is of a test that was begun and did not end: one failure.  The last line is
# `N passed, N failed, N skipped`; the exit status is 1 if any failed.
set -eu

for out in "$1"/*.out; do
	grep '^FAIL' "$out" || :
	count=$(sed -n '$s/^count //p' "$out")
	[ "$count" ] || echo "FAIL $(basename "$out" .out) did not end"
	echo "${count:-0 1 0}" >&3
done 3> "$1/counts"
awk '{ p += $1; f += $2; s += $3 }
	END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped"; exit f > 0 }' \
	"$1/counts"
