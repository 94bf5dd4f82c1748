#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Run the kernel's own selftests that peers_test.sh has compiled in DIRECTORY.
# Usage: peers.sh DIRECTORY
cd "$1" || exit

# A script stands for the program of the same name.  The other scripts of MPTCP need
# netfilter or netem, which this kernel does not have.  test_unix_oob of 6.1 does not end,
# also with portacl=off; later kernels have msg_oob instead.
list() {
	find landlock lsm seccomp net -type f -perm /100 ! -path 'net/mptcp/*' \
		! -name test_unix_oob \
		\( -name '*_test' -o -name seccomp_bpf -o -path 'net/*' ! -name '*.sh' \) |
		sort
	ls net/mptcp/diag.sh net/mptcp/pm_netlink.sh net/mptcp/userspace_pm.sh
}

for t in $(list); do
	program=${t##*/}
	[ ! -e "$t.sh" ] || program=$program.sh
	echo "## begin $t"
	(cd "${t%/*}" && timeout -k 5 600 "./$program") < /dev/null 2>&1
	echo "## end $t $?"
done
echo '## complete'
