# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions that all shell tests share.

points=0
failed=0

# point STATUS NAME: one line of TAP; what the files out and err hold is shown
# if it failed.
point() {
	points=$((points + 1))
	if [ "$1" = 0 ]; then
		echo "ok $points - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $points - $2"
	sed 's/^/# /' out err 2> /dev/null
}

skip() {
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# judge NAME STATUS PATTERN: the status of the tool, $status, and a line that
# its output must have, as an extended regular expression.
judge() {
	[ -z "$3" ] || cat out err | grep -Eq -e "$3"
	found=$?
	# shellcheck disable=SC2154
	[ "$status" = "$2" ] || echo "status $status, not $2" >> err
	[ $found = 0 ] || echo "no line: $3" >> err
	[ "$status" = "$2" ] && [ $found = 0 ]
	point $? "$1"
}

# until_true SECONDS COMMAND…: wait until the command succeeds, or fail.
until_true() {
	n=$(($1 * 10))
	shift
	until "$@" > /dev/null 2>&1; do
		[ $n -gt 0 ] || return 1
		n=$((n - 1))
		sleep 0.1
	done
}

# asks PATTERN COMMAND…: start a command, and wait until it asks.
asks() {
	rm -f answers
	mkfifo answers
	question=$1
	shift
	"$@" < answers > asked 2>&1 &
	asking=$!
	exec 3> answers
	until_true 60 grep -q "$question" asked
}

# answer TEXT: answer that command, and wait for its end: $rc, and out.
answer() {
	rc=0
	printf %b "$1" >&3
	exec 3>&-
	wait $asking || rc=$?
	cp asked out
	: > err
}
