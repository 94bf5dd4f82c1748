#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run one phase of scripts/tests/early_test.sh in an installed Debian with its own
# kernel, then reboot.  Points in TAP go to /dev/ttyS1, as in distro.sh.
set -u
cd /root/portacl || exit
. ./follow.sh

# A service that starts before portacl.service and asks for two ports: the first is
# reserved, the second is for what systemd starts.  It notes "PORT 0" or the error.
install_service() {
	cat > /opt/bind <<-'END'
	use Socket;
	socket(S, AF_INET, SOCK_STREAM, 0);
	my $bound = bind(S, sockaddr_in($ARGV[0], INADDR_LOOPBACK));
	print "$ARGV[0] ", $bound ? 0 : $!, "\n";
	END
	cat > /etc/systemd/system/early.service <<-'END'
	[Unit]
	DefaultDependencies=no
	After=local-fs.target
	Before=portacl.service
	[Service]
	Type=oneshot
	User=www-data
	StandardOutput=append:/run/bound
	ExecStart=/usr/bin/perl /opt/bind 8080
	ExecStart=/usr/bin/perl /opt/bind 81
	[Install]
	WantedBy=sysinit.target
	END
	systemctl enable early
}

write_policy() {
	{
		echo 'backend bpf'
		for name in systemd systemd-executor; do
			path=/usr/lib/systemd/$name
			[ ! -e $path ] || echo "launcher $path"
		done
		echo 'allow tcp 8080 uid=root only'
		echo 'allow tcp 81 exe=/usr/bin/perl uid=www-data launch=root'
	} > /etc/portacl.conf
	portaclctl check
}

# Run the commands of a section of portacl-install.rst, except those that early_test.sh
# has run.
follow() {
	local command
	while read -r command <&3; do
		[[ $command == make* ]] || ok "$command" bash -c "$command"
	done 3< <(commands "$1")
}

early_is() { sed -i "s/^EARLY=.*/EARLY=$1/" /etc/default/portacl-bpf; }
bound() { grep -x "$1 0" /run/bound; }
denied() { grep -x "$1 Permission denied" /run/bound; }

# The user's own systemd starts the program for port $1.
user_bind() {
	setpriv --reuid=33 --regid=33 --clear-groups env XDG_RUNTIME_DIR=/run/user/33 \
		systemd-run --user --wait --pipe /usr/bin/perl /opt/bind "$1"
}
in_force() { says 0 '^allow tcp 8080 ' portacl-bpf show; }

phase_1() {
	ok "the distribution's kernel has no portacl" eval \
		'! grep -w portacl /sys/kernel/security/lsm'
	# The modules of this machine only: the emulated processor is slow.
	sed -i 's/^MODULES=.*/MODULES=dep/' /etc/initramfs-tools/initramfs.conf
	install -D -t build/portaclctl/deb portacl{ctl,-bpf}_*.deb
	follow 'Without a new kernel'
	ok "what it denies is written to the kernel log" \
		until_true systemctl is-active portacl-bpf
	ok "the script is in the initramfs" eval \
		'lsinitramfs /boot/initrd.img-* | grep init-bottom/portacl-bpf'
	ok "early.service is installed" install_service
	ok "portacl.service is enabled" systemctl enable portacl
	ok "a policy is written" write_policy
}

phase_2() {
	ok "portacl.service has loaded the policy" systemctl status portacl
	ok "it is in force" in_force
	ok "who starts before it keeps a port that is reserved" bound 8080
	ok "systemd, which ran by then, is no launcher" denied 81
	early_is yes
}

phase_3() {
	ok "the policy is in force in the initramfs" in_force
	ok "portacl.service has loaded it again" systemctl status portacl
	ok "a reserved port is refused to who starts first" denied 8080
	ok "systemd is a launcher" bound 81
	ok "a user has a systemd" systemctl start user@33
	ok "it starts a program" says 0 '^8081 0$' user_bind 8081
	ok "it is no launcher" says 0 '^81 Permission denied$' user_bind 81
	echo 'allow tcp 82 uid=nobody-there' >> /etc/portacl.conf
}

phase_4() {
	ok "a broken policy does not keep the machine from starting" \
		systemctl is-active multi-user.target
	ok "the last good policy is in force instead" in_force
	ok "from the initramfs on" denied 8080
	ok "portacl.service says what is wrong" says 0 'portacl.conf:[0-9]*:.*nobody-there' \
		journalctl -b -u portacl
	ok "portacl=off is written into the boot loader's entry" boot_with portacl=off
}

phase_5() {
	ok "with portacl=off nothing is in force" test ! -e /sys/fs/bpf/portacl
	ok "nobody is refused a port" bound 8080
	ok "the unit is skipped" says 0 '^no$' systemctl show -P ConditionResult portacl
	rm /etc/default/grub.d/zz-test.cfg
	ok "portacl=off is taken away" update-grub
	ok "the packages are purged" dpkg -P portacl-bpf portaclctl
}

phase_6() {
	ok "nothing is in force without the packages" test ! -e /sys/fs/bpf/portacl
	ok "nobody is refused a port" bound 8080
}

run_phase
