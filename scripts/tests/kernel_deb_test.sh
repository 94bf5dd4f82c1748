#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/kernel_deb.sh: packages of a small configuration with one module, and
# a guest that boots the kernel of linux-image.
# Usage: kernel_deb_test.sh K
. "$(dirname "$0")/tap.sh"

k=${1:-6.12}
out=$top/build/kernel-deb/$k
cache=$(sh -c '. "$0"; echo "$cache"' "$top/scripts/common.sh")
log=$cache/kernel-deb/$k/build.log

make_config() {
	"$top/scripts/build.sh" "$k" demo && cp "$top/build/$k-demo/.config" "$tmp/config" &&
		cat >> "$tmp/config" <<-END
		CONFIG_MODULES=y
		CONFIG_MODULE_UNLOAD=y
		CONFIG_NETDEVICES=y
		CONFIG_NET_CORE=y
		CONFIG_DUMMY=m
		CONFIG_SECURITY_PORTACL=n
		CONFIG_LSM="landlock,yama"
		END
}

# End it, as a user does, when it has compiled something.
interrupted() {
	rm -rf "$cache/kernel-deb/$k/build"
	setsid "$top/scripts/kernel_deb.sh" "$k" "$tmp/config" & pid=$!
	until grep -q '  CC  .*kernel/' "$log" 2> /dev/null; do
		kill -0 $pid || return 1
		sleep 1
	done
	kill -INT -- -$pid
	kill -TERM -- -$pid
	! wait $pid
}

# Which of these files the package holds.
holds() { dpkg-deb --fsys-tarfile "$out"/linux-image-*portacl_*.deb | tar -t | grep -E "$1"; }

configured() {
	dpkg-deb --fsys-tarfile "$out"/linux-image-*portacl_*.deb |
		tar -xO --wildcards './boot/config-*-portacl' > "$tmp/installed" &&
		grep -x 'CONFIG_SECURITY_PORTACL=y' "$tmp/installed" &&
		grep -x 'CONFIG_LSM="landlock,yama,portacl"' "$tmp/installed"
}

boots() {
	mkdir -p "$top/build/$k-deb"
	dpkg-deb --fsys-tarfile "$out"/linux-image-*portacl_*.deb |
		tar -xO --wildcards './boot/vmlinuz-*' > "$top/build/$k-deb/bzImage" &&
		"$top/scripts/boot.sh" "$k-deb" sh -ec 'uname -r | grep -- -portacl$
			grep -w portacl /sys/kernel/security/lsm
			test -e /sys/kernel/security/portacl/policy'
}

plan 7
ok "a configuration that is not there" one_line 1 '/none: no such configuration' \
	"$top/scripts/kernel_deb.sh" "$k" /none
ok "a small configuration" make_config
ok "interrupted" interrupted
ok "goes on" says 0 '^kernel_deb: as root: dpkg -i .*/linux-image-[^ ]*-portacl_[^ ]*.deb, then' \
	"$top/scripts/kernel_deb.sh" "$k" "$tmp/config"
ok "portacl is configured" configured
ok "the image and the module are packed" eval \
	'holds /boot/vmlinuz-.*-portacl$ && holds /dummy.ko && ls "$out"/linux-headers-*.deb'
ok "it boots with portacl" boots
