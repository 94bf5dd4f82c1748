#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Other processors: the KUnit suites on arm64, on one with 32 bits and on one that
# is big-endian; the selftests on the first two.
# Usage: processors_test.sh
. "$(dirname "$0")/tap.sh"
tests=$top/tools/testing/selftests/portacl

# All suites reported and all passed; the kernel reported no fault.
kunit() {
	"$top/scripts/kunit.sh" -a "$1" 'portacl_[!b]*' > "$tmp/said" || return
	[ "$(grep -cE '^ok [0-9]+ portacl_' "$tmp/said")" = 5 ] &&
		! grep -E '^ *not ok|WARNING:|BUG:|Unable to handle' "$tmp/said"
}

# selftests PROCESSOR COMPILER: in the kernel of the suites, on a root file system of
# that processor.  Races are for kernels with processors that run in parallel, and with
# a clock that they can set.
selftests() {
	root=$("$top/scripts/rootfs.sh" "$1") || return
	rm -rf "$tmp/root"
	cp -al "$root" "$tmp/root" 2> /dev/null || cp -a "$root" "$tmp/root" || return
	make -s -C "$tests" OUTPUT="$tmp/root/tests" CC="ccache $2" || return
	cp "$top/scripts/guest/tests.sh" "$tmp/root/tests"
	mkdir "$tmp/root/opt"
	(cd "$tests" && ls bind_test.c policy_test.c status_test.c stats_test.c \
		identity_*_test.c sidedoor_*test.c) |
		sed '/stress/d; s/\.c$//' > "$tmp/names"
	# shellcheck disable=SC2046
	"$top/scripts/boot.sh" "7.2-$1" -t 3000 -r "$tmp/root" \
		sh /tests/tests.sh /tests $(cat "$tmp/names") > "$tmp/said" ||
		{ cat "$tmp/said"; return 1; }
	! grep -E '^not ok|^## end .* ([1-35-9]|[1-9][0-9])' "$tmp/said" &&
		[ "$(grep -c '^## end' "$tmp/said")" = "$(wc -l < "$tmp/names")" ] || return
	echo "# $(grep -c '^ok' "$tmp/said") points pass, $(grep -c '# SKIP' "$tmp/said") of them skipped" >&3
}

exec 3>&1
plan 5
for arch in arm64 i386 s390; do ok "KUnit on $arch" kunit $arch; done
ok 'the selftests on arm64' selftests arm64 aarch64-linux-gnu-gcc
ok 'the selftests on i386' selftests i386 i686-linux-gnu-gcc
