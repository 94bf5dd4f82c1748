#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the tests of portaclctl; TAP on standard output.
# Usage: run.sh DIR    with the programs that `make asan` builds
# The variable T selects one file: T=50-explain.
set -u
bin=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
# Each file in a shell and a directory of its own, so that each runs alone.
if [ -z "${T:-}" ]; then
	set -- "$here"/[0-9]*.sh
	for file; do
		T=$(basename "$file" .sh) "$0" "$bin"
	done | awk -v files=$# '
	/^TAP version/ { if (!nr++) print; next }
	/^1\.\.[0-9]+$/ { ended++; next }
	/^(not )?ok / {
		sub(/ok [0-9]+/, "ok " ++points)
		failed += /^not /
	}
	{ print; fflush() }
	END {
		print "1.." points
		if (ended != files)
			print "# " files - ended " files did not end"
		exit failed || ended != files
	}'
	exit
fi
src=$(dirname "$here")
# shellcheck disable=SC2034
samples=$src/samples
ctl=$bin/portaclctl
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# A shim for python3 takes longer than what it starts.
PATH=/usr/bin:$PATH
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1 ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
unset PORTACLCTL_ROOT
cd "$tmp" || exit 1

. "$here/tap.sh"

# run ARGUMENT…: the tool; its status is in $status.
run() {
	status=0
	"$ctl" "$@" > out 2> err < /dev/null || status=$?
}

# gives NAME STATUS PATTERN ARGUMENT…: see judge().
gives() {
	name=$1 want=$2 pattern=$3
	shift 3
	run "$@"
	judge "$name" "$want" "$pattern"
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

# finds ID RULE: lint of l.conf has the finding for the rule.
finds() {
	run lint --json l.conf
	json "lint: $1 in rule $2" "any(f['id'] == '$1' and (f['rule'] == $2 or
		$2 in f['rules']) for f in j)"
}
# clean ID [RULE]: it has not, or not for the rule.
clean() {
	run lint --json l.conf
	json "lint: no $1" "not any(f['id'] == '${1%%:*}' and
		(not f['rules'] or ${2:-f['rule']} in f['rules']) for f in j)"
}
# A program that lint finds nothing wrong with
# shellcheck disable=SC2034
real=$(readlink -f /usr/bin/env)

# canonical RULE…: write to the file `want' what the kernel shows of the rules.
canonical() {
	{
		printf 'version 1\ndefault legacy\n'
		printf '%s\n' "$@"
		echo commit
	} > want
}

# kernel_files DIR: files that stand for the kernel's, below $fs.
kernel_files() {
	fs=$1/sys/kernel/security/portacl
	mkdir -p "$fs"
	cat > "$fs/policy" <<'EOF'
version 1
default legacy
allow tcp 80,443 exe=/usr/sbin/nginx uid=33 only
deny any 1-1023 log
commit
EOF
	cat > "$fs/status" <<'EOF'
abi 1
mode enforce
generation 4
rules 2
default legacy
locked 0
digest 00ff
error none
loaded uid=0 pid=812 time=2026-11-25T10:00:00Z
EOF
	cat > "$fs/stats" <<'EOF'
rule=1 grants=7 denies=2 last=1700000001
rule=2 grants=0 denies=0 last=0
total grants=7 denies=2 legacy=5
reason="wrong uid" count=2
reason="reserved" count=3
EOF
	echo enforce > "$fs/mode"
	echo 0 > "$fs/lock"
}

echo "TAP version 13"
# shellcheck disable=SC1090
. "$here/$T.sh"
echo "1..$points"
[ "$failed" = 0 ]
