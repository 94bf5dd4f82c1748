#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run selftests against the BPF backend, on the distribution's own kernel.
# Usage: stock.sh MODULES TOOL DIRECTORY TEST…
#   MODULES    the kernel's modules
#   TOOL       portacl-bpf
#   DIRECTORY  where the tests are
modules=$1 tool=$2 tests=$3
shift 3
here=$(dirname "$0")
mkdir -p /lib/modules
ln -s "$modules" "/lib/modules/$(uname -r)"
export PORTACL_BPF="$tool"
export PORTACL_BACKEND="$here/../../tools/portacl-bpf/tests/files.sh"
# Without these some tests are skipped.
modprobe -a nfs rxrpc smc sctp mptcp_diag 2> /dev/null
echo 2 > /proc/sys/kernel/perf_event_paranoid
# Each refusal has a record, however fast they come.
echo on > /proc/sys/kernel/printk_devkmsg
# The programs are attached before the first test is executed.
printf 'version 1\ncommit\n' | "$tool" load - || exit
"$tool" log --kernel &
# A load takes longer than in the kernel: it attaches programs.
TEST_LIMIT=1400 sh "$here/tests.sh" "$tests" "$@"
