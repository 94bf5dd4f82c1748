#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The files of securityfs as commands, for the kernel's selftests: PORTACL_BACKEND.
# Usage: files.sh read|write NAME
tool=${PORTACL_BPF:-portacl-bpf}
case $1-$2 in
read-policy) exec "$tool" show ;;
read-status|read-mode|read-stats|read-observed) exec "$tool" "$2" ;;
write-policy) exec "$tool" load - ;;
write-mode|write-observed) exec "$tool" "$2" "$(cat)" ;;
esac
echo "files.sh: the BPF backend has no $2" >&2
exit 2
