#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# In the initramfs: load the policy before init starts, see portacl-bpf(8).  The
# tools and the policy are those of the root file system.
#
# shellcheck disable=SC1090,SC1091,SC2154
case ${1-} in
prereqs) exit 0 ;;
esac
. /scripts/functions

default=$rootmnt/etc/default/portacl-bpf
[ ! -r "$default" ] || . "$default"
[ "${EARLY-}" = yes ] || exit 0
case " $(cat /proc/cmdline) " in
*' portacl=off '*) exit 0 ;;
esac

# The programs stay pinned there: /sys is moved to the root file system.
bpf=/sys/fs/bpf
mount -t bpf -o mode=0700 bpf $bpf
for dir in /proc /run /sys $bpf; do
	mount -o bind "$dir" "$rootmnt$dir"
done
mount -t securityfs securityfs "$rootmnt/sys/kernel/security"
mount -t cgroup2 cgroup2 "$rootmnt/sys/fs/cgroup"
# The root file system may be read-only still, so that nothing can be stored.
text=$(chroot "$rootmnt" /usr/sbin/portaclctl load --boot 2>&1) ||
	log_failure_msg "portacl: $text"
# The guard refuses to unmount the pins, but not what is below /sys with it.
for dir in /sys /run /proc; do
	umount -l "$rootmnt$dir"
done
