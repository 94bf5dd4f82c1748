# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The parts that the tests of the backend's commands share.
tool=${PORTACL_BPF:?is set by scripts/stock_test.sh}
# shellcheck disable=SC2034
ctl=$(dirname "$tool")/../portaclctl/portaclctl
nr=0 failed=0

point() {
	nr=$((nr + 1))
	if [ "$1" = 0 ]; then
		echo "ok $nr $2"
	else
		echo "not ok $nr $2"
		failed=1
	fi
}

load() {
	printf 'version 1\n%s\ncommit\n' "$1" | "$tool" load -
}

# try UID PORT: 0, or the errno of bind(2).
try() {
	perl -e 'use Socket; $> = shift; socket(S, PF_INET, SOCK_STREAM, 0);
		exit(bind(S, sockaddr_in(shift, INADDR_LOOPBACK)) ? 0 : $! + 0)' \
		"$1" "$2"
}

denies() {
	try "$@"
	[ $? = 13 ]
}
