#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Take each gate of the file `gates` out alone, and see that a test fails then.
# Usage: gates_test.sh K [NAME…]        after `make test` has built the tests
#        gates_test.sh places           only see that each gate is found once
. "$(dirname "$0")/tap.sh"

binaries=$top/build/selftests
cache=$(sh -c '. "$0"; echo "$cache"' "$top/scripts/common.sh")

lines() {
	sed '/^#/d' "$top/scripts/tests/gates" |
		if [ $# = 0 ]; then cat; else
			grep -E "^($(echo "$*" | tr ' ' '|'))[[:space:]]"
		fi
}

# edit FILE SED OUT: write the file without the gate, which stands at one place.
edit() {
	sed "$2" "$top/security/portacl/$1" > "$3"
	places=$(diff "$top/security/portacl/$1" "$3" | grep -c '^[0-9]')
	[ "$places" = 1 ] || { echo "$1: $2 changes $places places"; return 1; }
}

# without FILE SED: the kernel of this checkout, with one place edited.  Its
# image is not kept in the cache.
without() {
	rm -rf "$tmp/tree"
	mkdir "$tmp/tree"
	(cd "$top" && cp -a --parents Documentation Kconfig.patch scripts security \
		tools/testing "$tmp/tree")
	edit "$1" "$2" "$tmp/tree/security/portacl/$1" || return
	"$tmp/tree/scripts/build.sh" "$k" || return
	rm -rf "$cache/images/$(cat "$tmp/tree/build/$k/stamp")"
}

# run CHECKOUT TEST: in the kernel of the checkout.
run() {
	args=''
	[ "$2" != kunit_test.sh ] ||
		args='kunit.enable=1 kunit.filter_glob=portacl_[!b]*'
	"$1/scripts/boot.sh" "$k" -t 900 -a "$args" \
		sh "$top/scripts/guest/tests.sh" "$binaries" "$2" \
		> "$tmp/said" 2> "$tmp/err" || { cat "$tmp/err"; return 1; }
}

# Print why the last test failed.  A time limit or a crash is no failure.
failed() { grep -E '^not ok|^## end .* [1-35-9]$' "$tmp/said"; }

# Only a test that passes without the edit can miss a gate.
passes() {
	run "$top" "$1" && ! failed && grep -E '^## end .* [04]$' "$tmp/said"
}

# The kernel boots, the tests report, and at least one fails.
missed() {
	file=$1 edit=$2
	shift 2
	rm -f "$tmp/said"
	without "$file" "$edit" || return
	for t; do
		run "$tmp/tree" "$t" || return
		! failed >&3 || return 0
	done
	echo "no test misses it"
	return 1
}

# List each test of the gates once.
tests() {
	while read -r line; do
		eval "set -- $line"
		shift 3
		printf '%s\n' "$@"
	done < "$tmp/gates" | sort -u
}

[ $# -gt 0 ] || set -- 6.12
k=$1
shift
exec 3>&2
lines "$@" > "$tmp/gates"
if [ "$k" = places ]; then : > "$tmp/tests"; else tests > "$tmp/tests"; fi
plan "$(cat "$tmp/gates" "$tmp/tests" | wc -l)"
[ "$k" = places ] || "$top/scripts/build.sh" "$k"
while read -r t; do
	ok "$t, with each gate" passes "$t" < /dev/null
done < "$tmp/tests"
while read -r line; do
	eval "set -- $line"
	name=$1
	shift
	if [ "$k" = places ]; then
		ok "$name" edit "$1" "$2" "$tmp/edited"
	else
		ok "$name" missed "$@" < /dev/null
	fi
done < "$tmp/gates"
[ "$k" != places ] || exit 0
# Leave the objects of this checkout in the cache for the next build.
"$top/scripts/build.sh" -o "$k"
