# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the phases of a test in an installed Debian: points, the commands of
# portacl-install.rst, and what the phases share.
# shellcheck shell=bash

# ok WHAT COMMAND…
ok() {
	local what=$1
	shift
	if "$@" > /run/said 2>&1; then
		echo "ok $what"
	else
		sed 's/^/# /' /run/said
		echo "not ok $what"
	fi > /dev/ttyS1
}

# says STATUS PATTERN COMMAND…
says() {
	local rc=0
	"${@:3}" > /run/out 2>&1 || rc=$?
	cat /run/out
	[ "$rc" = "$1" ] && grep -q -- "$2" /run/out
}

# until_true COMMAND…: one try a second, 5 minutes.
until_true() {
	for _ in {1..300}; do
		"$@" && return
		sleep 1
	done
	echo "not so: $*"
	ss -lntup
	dmesg | tail -n 5
	return 1
}

# boot_with WORD: add it to the command line of the following boots.
boot_with() {
	echo "GRUB_CMDLINE_LINUX=\"\$GRUB_CMDLINE_LINUX $1\"" \
		> /etc/default/grub.d/zz-test.cfg
	update-grub
}

# Print the commands of a section of the document, one per line.
commands() {
	awk -v title="$1" '
		{ line[NR] = $0 }
		/^[-=]+$/ && NR > 1 { inside = line[NR - 1] == title }
		inside && (/^    [#$] / || more) {
			sub(more ? "^ *" : "^    [#$] ", "")
			sub(/ +# .*/, "")
			more = sub(/\\$/, "")
			printf "%s%s", $0, more ? "" : "\n"
		}' portacl-install.rst
}

# Run the next phase, then reboot.
run_phase() {
	local phase
	systemctl is-system-running --wait > /dev/null
	phase=$(cat phase)
	"phase_$phase"
	echo $((phase + 1)) > phase
	sync
	echo "## phase $phase done" > /dev/ttyS1
	systemctl reboot
}
