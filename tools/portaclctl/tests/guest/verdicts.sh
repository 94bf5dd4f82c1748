#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154
# Random binds under random policies; BINDS and SEED choose how many and which.
# The kernel's command line may have verdicts=BINDS.
. "$(dirname "$0")/lib.sh"

rm -rf "$tmp"
binds=$(sed -n 's/.*\bverdicts=\([0-9]*\).*/\1/p' /proc/cmdline)
exec /usr/bin/python3 "$here/../verdicts.py" "$ctl" "${BINDS:-${binds:-48}}" ${SEED:+"$SEED"}
