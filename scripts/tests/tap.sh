# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the tests beside it: points in TAP, each with the output of what
# it ran if it failed.
# shellcheck shell=sh disable=SC2034

unset CDPATH
top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM
points=0

plan() { printf 'TAP version 13\n1..%s\n' "$1"; }

# ok WHAT COMMAND…
ok() {
	what=$1
	shift
	points=$((points + 1))
	if "$@" > "$tmp/ok" 2>&1; then
		echo "ok $points $what"
	else
		sed 's/^/# /' "$tmp/ok" "$tmp/said" 2> /dev/null
		echo "not ok $points $what"
	fi
}

# skip WHAT WHY
skip() {
	points=$((points + 1))
	echo "ok $points $1 # SKIP $2"
}

# says STATUS PATTERN COMMAND…: it ends so, its last line matches.
says() {
	want=$1 pattern=$2
	shift 2
	"$@" > "$tmp/said" 2>&1 && rc=0 || rc=$?
	[ "$rc" = "$want" ] && tail -n 1 "$tmp/said" | grep -qE -- "$pattern"
}

# one_line STATUS PATTERN COMMAND…: and says nothing else.
one_line() { says "$@" && [ "$(wc -l < "$tmp/said")" = 1 ]; }

# instead COMMAND SCRIPT: what the scripts get when they call it, by $PATH.
instead() {
	mkdir -p "$tmp/bin"
	printf '#!/bin/sh\n%s\n' "$2" > "$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# has_release KIND RELEASE: make its root file system; a mirror without the
# release is a skipped point.
has_release() {
	"$top/scripts/rootfs.sh" "$1" "$2" > /dev/null 2> "$tmp/why" && return
	[ $? = 3 ] || return 0
	skip "$2" "$(tail -n 1 "$tmp/why")"
	return 1
}
