#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2154
# In every state of a socket, also of protocols that few machines have: what
# `who` and `explain` say of its port is what bind says.
. "$(dirname "$0")/lib.sh"

policy < /dev/null
unshare -n sh -c 'ip link set lo up && exec python3 "$@"' sh \
	"$here/../sockets.py" "$ctl" > sockets.tap 2> err
status=$?
while read -r line; do
	case $line in
	"ok "*SKIP*) skip "${line#*- }" "" ;;
	"ok "*) point 0 "${line#*- }" ;;
	"not ok "*) point 1 "${line#*- }" ;;
	"#"*) echo "$line" ;;
	esac
done < sockets.tap
point $status "free means that a bind succeeds"
done_testing
