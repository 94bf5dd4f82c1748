#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The selftests as in any kernel tree: make -C tools/testing/selftests
# TARGETS=portacl run_tests, in the patched tree and in its kernel.
# Usage: kselftest_test.sh K
. "$(dirname "$0")/tap.sh"
cache=${PORTACL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portacl}

k=${1:-6.12}
"$top/scripts/setup.sh" build guest tests peers
"$top/scripts/build.sh" "$k"
"$top/scripts/build.sh" "$k" um
theirs=$cache/$k/src/tools/testing/selftests
home=$cache/$k/kselftest
exec 9> "$home.lock"
flock 9

compile() {
	rm -rf "$home"
	mkdir "$home"
	make -s -C "$theirs" TARGETS=portacl FORCE_TARGETS=1 O="$home"
}

run_tests() {
	"$top/scripts/boot.sh" "$k" -t 3600 make -s -C "$theirs" TARGETS=portacl \
		O="$home" run_tests > "$home/log" 2>&1
}

# Each test that make counted beforehand has passed or says why it was skipped.
complete() {
	! grep '^not ok' "$home/log" &&
		[ "$(grep -c '^ok .* selftests: portacl: ' "$home/log")" = \
			"$(sed -n 's/^1\.\.//p' "$home/log")" ]
}

# Few tests need more than this kernel has.
most_pass() {
	passed=$(grep '^ok .* selftests: portacl: ' "$home/log" | grep -vc '# SKIP')
	[ $((passed * 2)) -gt "$(sed -n 's/^1\.\.//p' "$home/log")" ]
}

plan 4
ok "they compile" compile
ok "make run_tests" run_tests
ok "each test passes or is skipped" complete
ok "most tests pass" most_pass
