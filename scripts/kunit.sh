#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the KUnit tests under user-mode Linux; KTAP on standard output.
# Usage: kunit.sh [SUITES]      a pattern, as kunit.py takes it
set -eu
. "$(dirname "$0")/common.sh"

k=7.2
"$top/scripts/build.sh" "$k" um
cd "$cache/$k/src"
exec 9> "$cache/$k/lock"
flock 9
um=$cache/$k/um log=$top/build/um.log
ccache_for "$PWD"
kunit() { python3 tools/testing/kunit/kunit.py "$@"; }

# kunit.py builds as well, but in silence.
kunit config --build_dir="$um" --kunitconfig=security/portacl \
	--kunitconfig="$top/scripts/config/um.config" \
	--make_options 'CC=ccache gcc' > "$log" 2>&1 ||
	die_log "$log" 25 "user-mode Linux cannot be configured"
step "building user-mode Linux" "$log" 1000 \
	make -j"$(nproc)" ARCH=um O="$um" CC='ccache gcc' HOSTCC='ccache gcc' ||
	die_log "$log" 25 "user-mode Linux does not build"
kunit exec --build_dir="$um" --raw_output=kunit --timeout=900 "$@"
