#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# From nothing to nginx on port 80 without root, on a stock kernel, by the BPF
# backend.  Usage: try.sh [6.1|6.12]
#
# It runs on this machine if its kernel can and port 80 is free, and takes
# everything away again; else, or if a kernel is given, in a virtual machine with
# the distribution's own kernel.
set -eu
. "$(dirname "$0")/common.sh"

k=${1-}
case $k in
''|6.1|6.12) ;;
*) die "unknown kernel '$k': 6.1, 6.12" ;;
esac
"$top/scripts/setup.sh" demo bpf tool
make -s -C "$top/tools/portacl-bpf"
tool=$top/build/portacl-bpf/portacl-bpf

# Print what prevents a run on this machine.
obstacle() {
	if [ -n "$k" ]; then
		echo "kernel $k is wanted"
	elif ! "$tool" check > /dev/null 2>&1; then
		"$tool" check 2>&1 || :
	elif [ -e /sys/fs/bpf/portacl ]; then
		echo "a policy is in force here"
	elif grep -qE '^ +[0-9]+: [0-9A-F]+:0050 [0-9A-F]+:0000 0A ' \
		/proc/net/tcp /proc/net/tcp6 2> /dev/null; then
		echo "port 80 is in use here"
	fi
}

why=$(obstacle)
if [ -z "$why" ]; then
	say "on this machine, Linux $(uname -r)"
	PORTACL_BPF=$tool sh "$top/scripts/guest/demo.sh" && rc=0 || rc=$?
else
	say "in a virtual machine: $why"
	"$top/scripts/boot.sh" "${k:-6.12}-stock" -t 300 \
		env "PORTACL_BPF=$tool" sh "$top/scripts/guest/demo.sh" && rc=0 || rc=$?
fi
[ "$rc" = 0 ] || die "not as it should be"
say "everything as it should be"
