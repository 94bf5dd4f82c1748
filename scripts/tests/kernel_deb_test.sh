#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/kernel_deb.sh with a small configuration: interrupted, continued, and
# what the packages hold.  distro_test.sh installs and boots them.
# Usage: kernel_deb_test.sh K
. "$(dirname "$0")/tap.sh"

k=${1:-6.12}
config=$top/scripts/config/distro.config
out=$top/build/deb
homes=$(sh -c '. "$0"; echo "$cache"' "$top/scripts/common.sh")/kernel-deb/$k
home=$homes/distro.config

announces() {
	grep -E "[0-9]+ options built in, [0-9]+ modules" "$tmp/said" &&
		grep -E "needs up to [0-9]+ MB in .* memory .*; about [0-9]+ min" "$tmp/said"
}

# interrupt CONFIG LOG LINE: as a user does, when LOG has LINE.
interrupt() {
	setsid "$top/scripts/kernel_deb.sh" "$k" "$1" > "$tmp/said" 2>&1 & pid=$!
	until grep -q "$3" "$2" 2> /dev/null; do
		kill -0 "$pid" || { cat "$tmp/said"; return 1; }
		sleep 1
	done
	kill -s TERM -- "-$pid"
	! wait "$pid" && ended && announces
}

# After it has compiled something.
interrupted() {
	rm -rf "$home"
	interrupt "$config" "$home/build.log" '  CC  .* kernel/.*\.o$'
}

# make and its children end soon after.
ended() {
	for _ in $(seq 60); do
		pgrep -f "O=$homes" || return 0
		sleep 1
	done
	return 1
}

# A driver that Debian's other configuration has.
has_cloud() {
	: > "$tmp/said"
	interrupt cloud "$tmp/said" 'building packages' &&
		! grep '^CONFIG_E1000E=' "$homes/cloud/build/.config"
}

# An object that the first run made stays.
goes_on() {
	object=$(find "$home/build/kernel" -name '*.o' -print -quit)
	[ -n "$object" ] && touch -r "$object" "$tmp/then" || return
	says 0 '^kernel_deb: as root: dpkg -i .*/linux-image-[^ ]*-portacl_[^ ]*.deb, then' \
		"$top/scripts/kernel_deb.sh" "$k" "$config" &&
		[ -z "$(find "$object" -newer "$tmp/then")" ]
}

package() { dpkg-deb --fsys-tarfile "$out"/linux-image-"$k".*-portacl_*.deb; }

configured() {
	package | tar -xO --wildcards './boot/config-*-portacl' > "$tmp/installed" &&
		grep -x 'CONFIG_SECURITY_PORTACL=y' "$tmp/installed" &&
		grep -x 'CONFIG_LSM="landlock,yama,portacl"' "$tmp/installed"
}

# The build signs the modules.
signed() {
	package | tar -xO --wildcards '*/dummy.ko' > "$tmp/dummy.ko" &&
		tail -c 28 "$tmp/dummy.ko" | grep -a 'Module signature appended'
}

packed() {
	package | tar -t | grep '/boot/vmlinuz-.*-portacl$' &&
		ls "$out"/linux-headers-*-portacl_*.deb
}

plan 7
ok "a configuration that is not there" one_line 1 '/none: no such configuration' \
	"$top/scripts/kernel_deb.sh" "$k" /none
ok "says what it needs, and can be interrupted" interrupted
ok "goes on" goes_on
ok "portacl is configured" configured
ok "modules are signed" signed
ok "the image and the headers are packed" packed
ok "CONFIG=cloud" has_cloud
