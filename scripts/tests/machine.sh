# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the tests that boot a machine from its disk, after tap.sh.
# shellcheck shell=bash
. "$top/scripts/complaints.sh"

# first_phase SCRIPT DIR: the files that make the guest run the script at each boot.
first_phase() {
	mkdir -p "$2"
	echo 1 > "$2/phase"
	cat > "$2/portacl-test.service" <<-END
	[Unit]
	Description=A phase of ${0##*/}
	[Service]
	ExecStart=/root/portacl/$1
	[Install]
	WantedBy=multi-user.target
	END
}

# machine OPTION…: run it until it reboots.  $disk is its disk; points go to the
# second serial port; OPTION says where the first one goes.
machine() {
	: > "$tmp/points"
	timeout 3600 qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-no-reboot -cpu max -accel tcg,thread=single -m 1024 \
		-drive "file=$disk,format=raw,if=virtio" \
		-netdev user,id=net,restrict=on -device virtio-net-pci,netdev=net \
		-device virtio-rng-pci "$@" -serial "file:$tmp/points" < /dev/null
}

# guest_points PHASE: number the points of the guest and print them; one more point
# fails if the kernel complained, and one unless the guest ended the phase.
guest_points() {
	local line
	while read -r line; do
		case $line in
		'ok '*) points=$((points + 1)); echo "ok $points $release: ${line#ok }" ;;
		'not ok '*) points=$((points + 1)); echo "not ok $points $release: ${line#not ok }" ;;
		'## '*) ;;
		*) echo "$line" ;;
		esac
	done < <(tr -d '\r' < "$tmp/points")
	if complaints "$log" > "$tmp/complaints"; then
		points=$((points + 1))
		sed 's/^/# /' "$tmp/complaints"
		echo "not ok $points $release: boot $1: the kernel complained"
	fi
	grep -q "^## phase $1 done" "$tmp/points" || {
		points=$((points + 1))
		tail -n 30 "$log" | sed 's/^/# /'
		echo "not ok $points $release: boot $1 finished"
		return 1
	}
}
