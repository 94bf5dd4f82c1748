#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run a command that is no part of test.sh, and keep for proof.sh whether it succeeded.
# Usage: note.sh NAME[-KERNEL] COMMAND…
. "$(dirname "$0")/../common.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
noted=$top/build/noted
name=$1
shift
mkdir -p "$noted"
# The commit may be another in the end.
tested=$(tested)
"$@" && rc=0 || rc=$?
echo "$tested" > "$noted/$name.tested"
if [ "$rc" = 0 ]; then echo 'count 1 0 0'; else echo 'count 0 1 0'; fi > "$noted/$name.out"
exit "$rc"
