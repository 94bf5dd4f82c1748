#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In a kernel with mutants: run selftests for each mutant until one fails.
# Usage: mutants.sh DIRECTORY LIST      the lines of LIST are NUMBER FILE
# Standard output: `begin NUMBER`, then `found NUMBER TEST` or `missed NUMBER`.
select=/sys/module/kernel/parameters/mutant
list=$2
cd "$1" || exit

tests_of() {
	case $1 in
	identity.c) echo identity_exec_test identity_env_test identity_nnp_test \
		identity_cred_test identity_launcher_test identity_file_test \
		identity_mount_test identity_root_test identity_fuse_test audit_test \
		identity_ptrace_test identity_channel_test ;;
	*) echo bind_test scope_test legacy_test untouched_test stats_test \
		sidedoor_test sidedoor_auto_test sidedoor_kernel_test \
		sidedoor_bpf_test sidedoor_sctp_test audit_test policy_test \
		identity_ptrace_test identity_channel_test ;;
	esac
}

# passes TEST MUTANT: a test that has nothing to test here passes, too.
passes() {
	echo "$2" > "$select"
	timeout -k 5 300 "./$1" > /dev/null 2>&1
	rc=$?
	echo 0 > "$select"
	[ $rc = 0 ] || [ $rc = 4 ]
}

# If the test then fails without the mutant, this kernel is spoiled.
judge() {
	for t in $(tests_of "$2"); do
		passes "$t" "$1" && continue
		echo "found $1 $t"
		passes "$t" 0 || exit 0
		return
	done
	echo "missed $1"
}

while read -r number file; do
	echo "begin $number"
	judge "$number" "$file" < /dev/null
done < "$list"
