#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run tests one after the other, each between two lines that test.sh reads.
# Usage: tests.sh DIRECTORY TEST…       a TEST may also stand elsewhere
limit=${TEST_LIMIT:-600} # seconds for each test
# A debug kernel is slow, and has tests of its own.
for f in kmemleak kcsan; do
	[ ! -e /sys/kernel/debug/$f ] || limit=1400
done
cd "$1" || exit
shift
for t; do
	echo "## begin $t"
	case $t in */*) p=$t ;; *) p=./$t ;; esac
	timeout -k 5 "$limit" "$p" 2>&1
	echo "## end $t $?"
done
