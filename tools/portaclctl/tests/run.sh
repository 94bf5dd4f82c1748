#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the tests of portaclctl; TAP on standard output.
# Usage: run.sh DIR    with the programs that `make asan` builds
# The variable T selects one file: T=50-explain.
set -u
bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
src=$(dirname "$here")
# shellcheck disable=SC2034
samples=$src/samples
ctl=$bin/portaclctl
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# A shim for python3 takes longer than what it starts.
PATH=/usr/bin:$PATH
export LC_ALL=C ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
unset PORTACLCTL_ROOT
cd "$tmp" || exit 1

points=0
failed=0

# point STATUS NAME: one line of TAP; what $tmp/out and $tmp/err hold is shown
# if it failed.
point() {
	points=$((points + 1))
	if [ "$1" = 0 ]; then
		echo "ok $points - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $points - $2"
	sed 's/^/# /' "$tmp/out" "$tmp/err" 2> /dev/null
}

skip() {
	points=$((points + 1))
	echo "ok $points - $1 # SKIP $2"
}

# run ARGUMENT…: the tool; its status is in $status.
run() {
	status=0
	"$ctl" "$@" > out 2> err < /dev/null || status=$?
}

# gives NAME STATUS PATTERN ARGUMENT…: the tool's status and a line that its
# output must have, as an extended regular expression.
gives() {
	name=$1 want=$2 pattern=$3
	shift 3
	run "$@"
	[ -z "$pattern" ] || cat out err | grep -Eq -e "$pattern"
	found=$?
	[ "$status" = "$want" ] || echo "status $status, not $want" >> err
	[ $found = 0 ] || echo "no line: $pattern" >> err
	[ "$status" = "$want" ] && [ $found = 0 ]
	point $? "$name"
}

# hides NAME PATTERN: the last output must not have such a line.
hides() {
	! cat out err | grep -Eq -e "$2"
	point $? "$1"
}

# same NAME FILE: the last standard output is what the file holds.
same() {
	diff "$2" out > diff.out
	rc=$?
	[ $rc = 0 ] || cp diff.out err
	point $rc "$1"
}

# json NAME EXPRESSION: the last standard output is JSON of which this holds.
json() {
	python3 -c 'import json, sys
j = json.load(open("out"))
sys.exit(not eval("(" + sys.argv[1] + ")"))' "$2" 2>> err
	point $? "$1"
}

# until_true SECONDS COMMAND…: wait until the command succeeds, or fail.
until_true() {
	n=$(($1 * 10))
	shift
	until "$@" 2> /dev/null; do
		[ $n -gt 0 ] || return 1
		n=$((n - 1))
		sleep 0.1
	done
}

# is_running NAME PID: has the process executed the program by now?  Until then
# it is a copy of this shell, or what starts the program.
is_running() {
	grep -qx "$1" "/proc/$2/comm"
}

# is_settled NAME PID: the process runs the program, or it has ended.
is_settled() {
	is_running "$1" "$2" || ! grep -q '^State:[^Z]*$' "/proc/$2/status"
}

# start_sleep: a process that does nothing, $sleeper, and its program, $exe.
# shellcheck disable=SC2034
start_sleep() {
	sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	exe=$(readlink -f "/proc/$sleeper/exe")
}

# serve COMMAND…: a server that prints its port, $port; its process is $server.
# Its standard input is the file $input, if there is one.
# shellcheck disable=SC2034
serve() {
	rm -f port
	"$@" > port < "${input:-/dev/null}" &
	server=$!
	until_true 60 [ -s port ]
	port=$(cat port)
}

# listen: a server on a port of its own.
listen() {
	serve python3 -c 'import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)'
}

# serve_user OPTION…: a server of user 65533 at the wildcard, as setpriv starts
# it with these options; its program is $python.
serve_user() {
	cat > serve.py <<'EOF'
import socket, time
s = socket.socket()
s.bind(("0.0.0.0", 0))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)
EOF
	python=$(readlink -f /usr/bin/python3)
	input=$PWD/serve.py
	serve setpriv --reuid 65533 "$@" "$python" -
	input=
}

echo "TAP version 13"
for file in "$here"/${T:-[0-9]*}.sh; do
	# shellcheck disable=SC1090
	. "$file"
done
"$bin/match_test" > out 2> err
point $? "match_test: the index and a naive model agree"
for suite in parse match; do
	"$bin/${suite}_kunit" > out 2> err
	point $? "the KUnit suite of security/portacl/tests/${suite}_kunit.c"
done
echo "1..$points"
[ "$failed" = 0 ]
