#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run one phase of scripts/tests/distro_test.sh in an installed Debian after it has
# booted, then reboot.  The points go to /dev/ttyS1 in TAP, without a plan.
# /root/portacl holds portacl-install.rst, samples, packages and the number of the
# phase.
set -u
cd /root/portacl || exit
. ./follow.sh
policy=/sys/kernel/security/portacl/policy
status=/sys/kernel/security/portacl/status

# is_loaded PID: wait until this process has loaded a policy.
is_loaded() {
	until grep -q '^rules [1-9]' "$status"; do
		kill -0 "$1" || { cat /run/confirm; return 1; }
		sleep 1
	done
}

# follow SECTION: run its commands, except those that disk.sh has run.  The command
# after `load --confirm' is for another terminal; confirm the policy after it.
follow() {
	local command answer=''
	while read -r command <&3; do
		case $command in
		'make '*|'dpkg -i'*|reboot*) continue ;;
		*--confirm*)
			mkfifo /run/answer
			bash -c "$command" < /run/answer > /run/confirm 2>&1 &
			exec 4> /run/answer
			answer=$!
			ok "$command" is_loaded "$answer"
			continue ;;
		# lint reports systemd-resolved, which has dropped its capability.
		'portaclctl lint') command="$command || [ \$? = 1 ]" ;;
		esac
		ok "$command" bash -c "$command"
		if [ "$answer" ]; then
			echo yes >&4
			exec 4>&-
			ok "the policy is confirmed" wait "$answer"
			answer=''
		fi
	done 3< <(commands "$1")
}

listens() { ss -Hlntu | grep -qE "$1 "; }

# Restart sshd, chrony, the DNS stub and the DHCP client.
base_system() {
	systemctl restart ssh chrony systemd-resolved networking &&
		until_true listens '[]*0-9]:22' &&
		until_true listens '127.0.0.53%lo:53' &&
		until_true listens '127.0.0.1:323' &&
		until_true dhcp_client &&
		systemctl is-active ssh chrony systemd-resolved networking
}

dhcp_client() { ip -4 addr show eth0 | grep -q 'inet 10\.' && pgrep -x 'dhclient|dhcpcd'; }

# keeps FILE: the base system restarts under this policy.
keeps() { portaclctl load "$1" && base_system; }

serves() {
	local pid
	until_true listens '[]*0-9]:80' &&
		until_true curl -sfo /dev/null http://127.0.0.1/ || return
	pid=$(systemctl show -P MainPID nginx)
	grep '^Uid:.33\b' "/proc/$pid/status" && [ "$pid" -gt 1 ] &&
		grep '^Cap\(Prm\|Eff\)' "/proc/$pid/status" &&
		! grep '^Cap\(Prm\|Eff\).*[1-9a-f]' "/proc/$pid/status"
}

# Bit 13 is set if a module without a valid signature was loaded, see
# Documentation/admin-guide/tainted-kernels.rst.
modules_verified() { (($(wc -l < /proc/modules) && !($(cat /proc/sys/kernel/tainted) >> 13 & 1))); }

# before UNIT: the policy was loaded before this unit began to start.
before() {
	local loaded unit=$1
	loaded=$(systemctl show -P ActiveEnterTimestampMonotonic portacl)
	systemctl show -p Id -p InactiveExitTimestampMonotonic "$unit"
	[ "$loaded" -gt 0 ] &&
		[ "$loaded" -le "$(systemctl show -P InactiveExitTimestampMonotonic "$unit")" ]
}

# A newer kernel, which GRUB prefers.  It has no initramfs, so it cannot boot.
add_newer_kernel() {
	cp "/boot/vmlinuz-$(uname -r)" /boot/vmlinuz-99.0.0-amd64 && update-grub &&
		grep -m 1 'linux.*vmlinuz' /boot/grub/grub.cfg | grep vmlinuz-99
}

# The document's line for /etc/default/grub.
prefer_this_kernel() {
	sed -n "s/^ *\(GRUB_DEFAULT=.*\)VERSION/\1$(uname -r)/p" portacl-install.rst \
		> /etc/default/grub.d/zz-prefer.cfg
	grep . /etc/default/grub.d/zz-prefer.cfg && update-grub
}

phase_1() {
	ok "GRUB started the package's kernel" \
		grep '^BOOT_IMAGE=/boot/vmlinuz-[^ ]*-portacl root=UUID=' /proc/cmdline
	ok "systemd is PID 1" grep -x systemd /proc/1/comm
	ok "the disk's modules came from the initramfs" \
		grep -c '^\(ext4\|virtio_blk\) ' /proc/modules
	ok "the kernel has verified its modules" modules_verified
	follow 'Install and boot it'
	ok "the base system starts without a policy" base_system
	install -D -t build/portaclctl/deb portaclctl_*.deb
	follow 'Install the tool'
	follow 'Write a policy'
	ok "nginx serves" serves
	follow 'Load it at boot'
}

phase_2() {
	follow 'After the reboot'
	for unit in networking.service ssh.service chrony.service nginx.service \
		systemd-resolved.service; do
		ok "the policy is loaded before $unit" before "$unit"
	done
	ok "nginx serves after a reboot" serves
	for file in samples/*.conf; do
		ok "the base system restarts under $file" keeps "$file"
	done
	ok "it restarts under the document's policy" keeps /etc/portacl.conf
	ok "nginx is upgraded" apt-get install -y ./nginx_*.deb
	ok "nginx serves after the upgrade" serves
	ok "GRUB prefers a newer kernel" add_newer_kernel
	ok "GRUB_DEFAULT is set" prefer_this_kernel
}

phase_3() {
	ok "GRUB started the kernel of GRUB_DEFAULT" \
		grep '^BOOT_IMAGE=/boot/vmlinuz-[^ ]*-portacl ' /proc/cmdline
	rm /boot/vmlinuz-99.0.0-amd64 /etc/default/grub.d/zz-prefer.cfg
	ok "the entry of the newer kernel is removed" update-grub
	ok "the upgraded nginx serves after a reboot" eval \
		'dpkg-query -W nginx | grep portacl && serves'
	ok "removal says what stays in force" says 0 \
		'the policy stays in force until the next boot' apt-get remove -y portaclctl
	ok "it stays in force" grep '^allow tcp 80,443 ' "$policy"
	ok "purging says what stays" says 0 \
		"portacl.conf is the administrator's and stays" apt-get purge -y portaclctl
	ok "the policy's file stays" test -s /etc/portacl.conf
}

refused() { until_true journalctl -b -u nginx --grep 'bind.*Permission denied'; }

phase_4() {
	ok "no policy is loaded without the tool" grep -x 'rules 0' "$status"
	ok "nginx is refused without a policy" refused
	ok "portaclctl is installed again" apt-get install -y ./portaclctl_*.deb
	ok "the policy is loaded again" portaclctl load
	systemctl enable portacl
	echo 'allow tcp 80,443 exe=/usr/sbin/nginx uid=nobody-there' >> /etc/portacl.conf
	ok "a broken policy is refused" says 2 "portacl.conf:2:" portaclctl load
}

phase_5() {
	ok "the unit fails with a broken policy" systemctl is-failed portacl
	ok "it says why" says 0 'portacl.conf:2:' journalctl -b -u portacl
	ok "so does status" says 0 'portacl.conf:2:' portaclctl status
	ok "the last good policy is in force" grep '^allow tcp 80,443 ' "$policy"
	ok "nginx serves with the last good policy" serves
	ok "the base system starts with it" base_system
	ok "a policy that closes ports" eval \
		'rm /etc/portacl.conf; echo "deny any 1-1023" > /etc/portacl.d/closed.conf
		portaclctl load'
	ok "portacl=off is written into the boot loader's entry" boot_with portacl=off
}

phase_6() {
	ok "booted with portacl=off" grep -w portacl=off /proc/cmdline
	ok "there is no policy" test ! -e "$policy"
	ok "the unit is skipped" says 0 '^no$' systemctl show -P ConditionResult portacl
	ok "the base system starts" base_system
	ok "status says that it is off" says 2 'booted with portacl=off' portaclctl status
	rm /etc/portacl.d/closed.conf
}

run_phase
