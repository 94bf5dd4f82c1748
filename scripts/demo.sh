#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# From nothing to nginx on port 80 without root.  Usage: demo.sh [K]
set -eu
. "$(dirname "$0")/common.sh"

k=${1-7.2}
known_kernel "$k"
"$top/scripts/setup.sh" build demo
"$top/scripts/build.sh" "$k" demo
[ "$k" != latest ] || k=$(basename "$("$top/scripts/fetch.sh" latest)")
say "booting $k"
"$top/scripts/boot.sh" "$k-demo" -t 300 sh "$top/scripts/guest/demo.sh" ||
	die "$k: not as it should be"
say "$k: everything as it should be"
