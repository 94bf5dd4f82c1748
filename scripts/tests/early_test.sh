#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The BPF backend on an installed Debian with its own kernel: the policy is in force
# before init, if the packages are told so.  Usage: early_test.sh [RELEASE…]
#   RELEASE  default: bookworm and trixie
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/machine.sh"

make_disk() {
	mkdir -p "${disk%/*}"
	first_phase early.sh "$tmp/files"
	"$top/scripts/disk.sh" --stock "$disk" "$release" "$tmp"/files/* \
		"$top"/build/portaclctl/deb/portacl{ctl,-bpf}_*.deb \
		"$top/scripts/guest/early.sh" "$top/scripts/guest/follow.sh" \
		"$top/Documentation/admin-guide/portacl-install.rst"
}

# Boot once for each phase of guest/early.sh.
boot_all() {
	disk=$top/build/early-$release/disk log=${disk%/*}/console.log
	ok "$release: the disk" make_disk
	: > "$log"
	for phase in 1 2 3 4 5 6; do
		machine -M pc -chardev "file,id=log,path=$log,append=on" \
			-serial chardev:log
		guest_points "$phase" || break
	done
	rm -f "$disk"
}

[ $# -gt 0 ] || set -- bookworm trixie
"$top/scripts/setup.sh" guest system
echo 'TAP version 13'
ok "packages" make -C "$top" deb
for release; do
	! has_release stock "$release" || boot_all
done
# A boot that does not finish adds a failed point.
echo "1..$points"
