#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154
# Random binds under random policies; BINDS and SEED choose how many and which.
. "$(dirname "$0")/lib.sh"

rm -rf "$tmp"
exec /usr/bin/python3 "$here/../verdicts.py" "$ctl" "${BINDS:-48}" ${SEED:+"$SEED"}
