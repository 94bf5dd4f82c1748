#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Mode learn on a stock kernel; see scripts/stock_test.sh.
. "$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests/common.sh"
perl=$(readlink -f "$(command -v perl)")
dir=$(mktemp -d /opt/portacl-learn.XXXXXX)
chmod 755 "$dir"

# observes WORDS [EXE]: in a line of this program.
observes() {
	"$tool" observed | grep -qE "^exe=${2:-$perl} verified=1 .*$1( |$)"
}

# Print a path that is too long.
long_path() {
	local path=$dir
	for _ in 1 2 3; do
		path=$path/$(printf '%0200d' 0)
	done
	echo "$path"
}

echo 1..22
load $'allow tcp 80 uid=33\ndeny tcp 81'
"$tool" observed > out
[ "$(cat out)" = overflow=0 ]
point $? learn.nothing_at_first
try 0 8081
[ "$("$tool" observed)" = overflow=0 ]
point $? learn.other_modes_observe_nothing
"$tool" mode learn && [ "$("$tool" mode)" = learn ] && "$tool" status | grep -qx 'mode learn'
point $? learn.mode

try 33 80 && try 33 80 && try 0 81 && try 0 8081 && denies 33 82
point $? learn.denies_nothing
observes 'uid=33 proto=tcp port=80 outcome=grant count=2'
point $? learn.grant
observes 'uid=0 proto=tcp port=81 outcome=deny count=1 taint=none'
point $? learn.denial
observes 'uid=0 proto=tcp port=8081 outcome=legacy count=1'
point $? learn.port_in_no_rule
observes 'uid=33 proto=tcp port=82 outcome=legacy count=1'
point $? learn.refused_by_the_kernel
unshare -n perl -e 'use Socket; socket(S, PF_INET, SOCK_DGRAM, 0);
	bind(S, sockaddr_in(8082, INADDR_ANY)) or die'
observes 'uid=0 proto=udp port=8082 outcome=legacy count=1'
point $? learn.other_network_namespace
! "$tool" observed | grep -q 'port=0 '
point $? learn.no_port_0

load 'deny tcp 83' && try 0 8083 && observes 'port=8083 outcome=legacy count=1'
point $? learn.another_policy
"$tool" observed clear && [ "$("$tool" observed)" = overflow=0 ]
point $? learn.clear
try 0 8081
observes 'port=8081 outcome=legacy count=1'
point $? learn.after_clear

# A path of more than 511 bytes is not kept.
mkdir -p "$(long_path)" && cp "$perl" "$(long_path)/perl"
"$(long_path)/perl" -e 'use Socket; socket(S, PF_INET, SOCK_DGRAM, 0);
	bind(S, sockaddr_in(8084, INADDR_ANY)) or die'
"$tool" observed | grep -q '^exe=? verified=0 .* port=8084 '
point $? learn.long_path
cp "$perl" "$dir/with space" && "$dir/with space" -e 'use Socket;
	socket(S, PF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(8085, INADDR_ANY))'
observes 'port=8085 outcome=legacy' "$dir/with\\\\040space"
point $? learn.special_bytes

"$tool" mode enforce && denies 0 83
point $? learn.enforces_again
try 0 8086
! "$tool" observed | grep -q port=8086
point $? learn.enforce_observes_nothing

# The same through portaclctl, to a policy under which the program serves.
cp "$tool" /usr/sbin/portacl-bpf
cp "$perl" "$dir/served"
serve() {
	"$dir/served" -e 'use Socket; $> = 33; socket(S, PF_INET, SOCK_STREAM, 0);
		exit(bind(S, sockaddr_in(84, INADDR_LOOPBACK)) ? 0 : $! + 0)'
}
"$ctl" load --backend=bpf /dev/null > out && "$ctl" learn --start > out && grep -q '^mode learn' out
point $? learn.portaclctl_start
serve
[ $? = 13 ] && "$ctl" learn --print > learned.conf &&
	grep -q "^allow tcp 84 exe=$dir/served uid=www-data" learned.conf
point $? learn.portaclctl_print
echo a | "$ctl" learn --output "$dir/50-learned.conf" > out &&
	grep -q '1 rule added' out
point $? learn.portaclctl_asks
{ echo 'backend bpf'; echo 'default deny'; cat "$dir/50-learned.conf"; } > policy.conf
"$ctl" load policy.conf > out && "$ctl" mode enforce && serve
point $? learn.portaclctl_rule_serves
denies 0 84
point $? learn.portaclctl_others_denied
load ''
rm -rf "$dir"
exit "$failed"
