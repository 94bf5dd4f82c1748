#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites on other processors: one with 32 bits, one that is big-endian.
# Usage: processors_test.sh
. "$(dirname "$0")/tap.sh"

# All suites reported and all passed; the kernel reported no fault.
passes() {
	"$top/scripts/kunit.sh" -a "$1" 'portacl_[!b]*' > "$tmp/said" || return
	[ "$(grep -cE '^ok [0-9]+ portacl_' "$tmp/said")" = 4 ] &&
		! grep -E '^ *not ok|WARNING:|BUG:|Unable to handle' "$tmp/said"
}

set -- i386 s390
plan $#
for arch; do ok "KUnit on $arch" passes "$arch"; done
