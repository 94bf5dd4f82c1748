# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# make install, by the machine's way of starting services; OpenRC's script.

installs() {
	rm -rf inst
	make -s -C "$src" O="$bin/.." install DESTDIR="$PWD/inst" "$@" \
		> out 2> err
}
installs && [ -e inst/usr/share/portaclctl/portacl.openrc ] &&
	grep -q 'BEGIN INIT INFO' inst/etc/init.d/portacl
point $? "install: OpenRC's script stands aside"
installs OPENRC=1 && grep -q openrc-run inst/etc/init.d/portacl
point $? "install: with OPENRC=1 it is the init script"
dir=lib/systemd/system
[ ! -L /lib ] || dir=usr/$dir
[ -e "inst/$dir/portacl.service" ]
point $? "install: the unit is below /usr where /lib is a link"

# The script with stubs for what OpenRC gives it, and paths below $tmp.
sed "s|/sys/kernel/security|$PWD/rc/sec|g; s|/etc/portacl|$PWD/rc/portacl|g
	s|/usr/sbin/portaclctl|false|; s|mount -t|: mount|" \
	"$src/init/portacl.openrc" > rc.sh
rc() {
	sh -c 'ebegin() { :; }; einfo() { echo "$@"; }; eend() { return $1; }
		. ./rc.sh; start' > out 2> err
}
mkdir -p rc/sec/portacl rc/portacl.d
rc && grep -q 'no policy' out
point $? "OpenRC: a kernel without portacl is no failure"
touch rc/sec/lsm rc/sec/portacl/policy
rc && grep -q 'no policy' out
point $? "OpenRC: nor is a machine without a policy"
touch rc/portacl.d/x.conf
! rc
point $? "OpenRC: a policy that cannot be loaded is"
