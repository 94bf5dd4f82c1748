#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run one phase of scripts/tests/secureboot_test.sh on a disk that was booted by UEFI
# with Secure Boot, then reboot.  Points in TAP go to /dev/ttyS1, as in distro.sh.
set -u
cd /root/portacl || exit
. ./follow.sh

# The password of the MOK manager is asked twice.
sign() {
	local command version
	version=$(basename /boot/vmlinuz-*-portacl | cut -d - -f 2-)
	while read -r command <&3; do
		ok "$command" bash -c "${command//VERSION/$version}" < <(printf 'portacl\nportacl\n')
	done 3< <(commands 'Secure Boot')
}

# refuses ERROR MODULE: insmod fails with this error.
refuses() { says 1 "$1" insmod "$2"; }

phase_1() {
	ok "the distribution's kernel runs" eval '! uname -r | grep portacl'
	ok "Secure Boot is on" says 0 'SecureBoot enabled' mokutil --sb-state
	sign
}

phase_2() {
	ok "the signed kernel runs" says 0 '-portacl$' uname -r
	ok "portacl is in the list" grep -w portacl /sys/kernel/security/lsm
	ok "Secure Boot is on" says 0 'SecureBoot enabled' mokutil --sb-state
	ok "the kernel is locked down" grep -F '[integrity]' /sys/kernel/security/lockdown
	ok "a module of the package is loaded" modprobe dummy
	modprobe -r dummy
	# The last 28 bytes say that there is a signature.
	head -c -28 "$(modinfo -n dummy)" > unsigned.ko
	ok "an unsigned module is refused" refuses 'Operation not permitted\|Key was rejected' unsigned.ko
}

run_phase
