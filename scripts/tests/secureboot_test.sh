#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A machine with Secure Boot: it refuses the unsigned kernel of make kernel-deb, and
# boots it after the commands of portacl-install.rst.  QEMU's UEFI has the keys of a
# PC, the boot loader is the distribution's, and the MOK manager gets its keystrokes
# from here.  Usage: secureboot_test.sh [K]
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/machine.sh"

make_disk() {
	mkdir -p "${disk%/*}"
	first_phase secureboot.sh "$tmp/files"
	"$top/scripts/disk.sh" --efi "$disk" "$release" \
		"$(find "$top/build/deb" -name "linux-image-$k.*-portacl_*.deb")" \
		"$tmp"/files/* "$top/scripts/guest/secureboot.sh" \
		"$top/scripts/guest/follow.sh" \
		"$top/Documentation/admin-guide/portacl-install.rst"
}

# Start the machine; &5 is its keyboard and $log its screen.
start() {
	: > "$log"
	seen=1
	machine -M q35,smm=on -global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$firmware/OVMF_CODE_4M.ms.fd" \
		-drive "if=pflash,format=raw,unit=1,file=$tmp/vars" \
		-drive "file=fat:$disk.esp,format=raw,if=virtio,readonly=on" \
		-chardev "pipe,id=console,path=$tmp/console,logfile=$log,logappend=on" \
		-serial chardev:console &
	machine=$!
}

# Wait until the screen shows the text, since the last keystroke.
until_shown() {
	until tail -c "+$seen" "$log" | grep -qaF "$1"; do
		kill -0 "$machine" || return
		sleep 1
	done
}

# press KEY…: each one changes the screen before the next; a text ends with enter.
press() {
	for key; do
		seen=$(($(stat -c %s "$log") + 1))
		case $key in
		down) printf '\033[B' ;;
		enter) printf '\r' ;;
		*) printf '%s\r' "$key" ;;
		esac >&5
		while kill -0 "$machine" && [ "$(stat -c %s "$log")" -lt "$seen" ]; do
			sleep 1
		done
	done
}

# The third entry of the advanced options is the distribution's kernel.
refuse_unsigned() {
	start
	ok "$release: the unsigned kernel is refused" until_shown 'bad shim signature'
	press enter
	until_shown 'Advanced options' && press down enter
	until_shown '(recovery mode)' && press down down enter
	wait "$machine"
	guest_points 1
}

enroll_key() {
	start
	ok "$release: the MOK manager starts" \
		until_shown 'Press any key to perform MOK management'
	press enter
	until_shown 'Enroll MOK' && press down enter
	until_shown 'View key 0' && press down enter
	until_shown 'Enroll the key(s)?' && press down enter
	until_shown 'Password:' && press portacl
	until_shown 'Reboot' && press enter
	wait "$machine"
}

k=${1:-6.12} release=bookworm firmware=/usr/share/OVMF
disk=$top/build/secureboot/disk log=${disk%/*}/console.log
"$top/scripts/setup.sh" guest secureboot
echo 'TAP version 13'
ok "packages" "$top/scripts/kernel_deb.sh" "$k" "$top/scripts/config/distro.config"
ok "the disk: dpkg, initramfs, signed boot loader" make_disk
cp "$firmware/OVMF_VARS_4M.ms.fd" "$tmp/vars"
mkfifo "$tmp/console.in" "$tmp/console.out"
exec 5<> "$tmp/console.in"
cat < "$tmp/console.out" > /dev/null 5>&- &
refuse_unsigned
enroll_key
start
wait "$machine"
guest_points 2
rm -rf "$disk" "$disk.esp"
echo "1..$points"
