#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the KUnit tests under user-mode Linux; KTAP on standard output.
# Usage: kunit.sh [SUITES]      a pattern, as kunit.py takes it
set -eu
. "$(dirname "$0")/common.sh"

"$top/scripts/build.sh" 7.2 um
cd "$top/build/7.2-um/src"
ccache_for "$PWD"
log=$top/build/7.2-um/build.log
kunit() { python3 tools/testing/kunit/kunit.py "$@"; }

# kunit.py builds as well, but in silence.
kunit config --build_dir=obj --kunitconfig=security/portacl \
	--kunitconfig="$top/scripts/config/um.config" \
	--make_options 'CC=ccache gcc' > "$log" 2>&1 ||
	die_log "$log" 25 "user-mode Linux cannot be configured"
step "building user-mode Linux" "$log" 1000 \
	make -j"$(nproc)" ARCH=um O=obj CC='ccache gcc' HOSTCC='ccache gcc' ||
	die_log "$log" 25 "user-mode Linux does not build"
kunit exec --build_dir=obj --raw_output=kunit --timeout=900 "$@"
