#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The backend's own commands, on a stock kernel; see scripts/stock_test.sh.
# It takes the programs away.
here=$(dirname "$PORTACL_BPF")/../../tools/portacl-bpf/tests
. "$here/common.sh"
reserved=/proc/sys/net/ipv4/ip_local_reserved_ports

# Wait until a denial of the port is in the kernel log.
wait_record() {
	for _ in $(seq 300); do
		! dmesg | grep -q "portacl: denied .* port=$1 " || return 0
		sleep 0.1
	done
	return 1
}

echo 1..26
load 'deny any 80 addr=127.0.0.1' 2> err
grep -q 'line 2, column 13: the BPF backend cannot enforce addr= for sctp' err
point $? backend.refused_rule_has_line_and_column

echo 7777 > $reserved
load 'allow tcp 7777-7779 uid=33 only'
[ "$(cat $reserved)" = 7777-7779 ]
point $? backend.reserves_ports
"$tool" mode permissive
[ "$(cat $reserved)" = 7777 ]
point $? backend.permissive_reserves_none
"$tool" mode enforce
[ "$(cat $reserved)" = 7777-7779 ]
point $? backend.enforce_reserves_again
load 'deny tcp 81'
[ "$(cat $reserved)" = 7777 ]
point $? backend.keeps_what_root_reserved

load $'allow tcp 7780 uid=33 only nolog\ndeny tcp 7781'
denies 0 7780 && denies 0 7781
point $? backend.denies_with_nolog
wait_record 7781
point $? backend.denial_is_recorded
! dmesg | grep -q ' port=7780 '
point $? backend.nolog_of_only

# Each of these policies grants port 82 to user 33 and denies it to root.
load 'allow tcp 82 uid=33 only'
for _ in 1 2 3 4 5; do
	load $'deny tcp 82 uid=0\nallow tcp 80-90 uid=30-40' &&
		load 'allow tcp 82 uid=33 only' || exit
done &
tries=0 granted=0 denied=0
while kill -0 $! 2> /dev/null; do
	tries=$((tries + 1))
	try 33 82 && granted=$((granted + 1))
	denies 0 82 && denied=$((denied + 1))
done
wait $!
point $? backend.reload_while_binding
[ "$tries" -gt 0 ] && [ "$granted" = "$tries" ]
point $? backend.no_grant_fails
[ "$denied" = "$tries" ]
point $? backend.no_denial_opens

# The same through portaclctl.
cp "$tool" /usr/sbin/portacl-bpf
printf 'backend bpf\nallow tcp 83 uid=33 only\n' > backend.conf
"$ctl" load backend.conf > out && grep -q '^loaded: 1 rule' out && try 33 83 && denies 0 83
point $? backend.portaclctl_load
"$ctl" show | grep -qx 'allow tcp 83 uid=33 only'
point $? backend.portaclctl_show
"$ctl" status | grep -qE '^backend +bpf$'
point $? backend.portaclctl_status
"$ctl" test --kernel tcp/83 uid=33 | grep -q '^allow'
point $? backend.portaclctl_test
"$ctl" stats | grep -qE '^ +1 +1 +1 .* allow tcp 83 uid=33 only$'
point $? backend.portaclctl_stats
"$ctl" who tcp/83 | grep -q 'everybody else, root included: refused'
point $? backend.portaclctl_who
"$ctl" explain perl 33 tcp/83 > out
grep -q '^\* portacl *allow rule=1' out && ! grep 'may refuse.*\(BPF\|bind4\)' out
point $? backend.portaclctl_explain_knows_its_own_programs
"$ctl" mode permissive && try 0 83
point $? backend.portaclctl_mode
"$ctl" mode enforce && denies 0 83
point $? backend.portaclctl_mode_back
python3 "$here/attack/pass.py" bpftool link detach pinned /sys/fs/bpf/portacl/link_bind4
"$ctl" status | grep -qE '^detached +bind4$'
point $? backend.status_names_a_detached_program
! load 'deny tcp 84' 2> err && grep -q 'bind4 was detached: unload' err
point $? backend.no_load_without_all_programs
"$ctl" unload && [ ! -e /sys/fs/bpf/portacl ]
point $? backend.portaclctl_unload
try 0 83 && denies 33 83
point $? backend.kernel_rule_applies_again
"$tool" status 2> err
[ $? = 2 ] && grep -q 'no policy is loaded' err
point $? backend.no_policy
[ "$(cat $reserved)" = 7777 ]
point $? backend.unload_keeps_what_root_reserved
exit "$failed"
