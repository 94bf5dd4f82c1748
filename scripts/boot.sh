#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boot build/K/bzImage in QEMU on this machine's root file system (read-only,
# writes go to a tmpfs) and run a command there, or a shell if there is none.
#
# Usage: boot.sh K[-open|-debug] [-a KERNEL_ARGS] [-t SECONDS] [-m MB] [-c] [-i]
#                [COMMAND [ARGUMENT…]]
#   -a  more words for the kernel's command line (may be repeated)
#   -t  time limit, 600 s unless given; none with -i
#   -m  memory, 1536 MB unless given
#   -c  one processor, whose time stamp counter counts instructions
#   -i  on this terminal, as the shell is
#
# The exit status is the command's; 124 after the time limit, 125 if the
# kernel did not get as far as to report one, and 1 instead of 0 if it logged
# a BUG, a WARNING or the like.  Its log is kept in build/K/console.log.
set -eu
. "$(dirname "$0")/common.sh"

usage() {
	sed -n '/^# Usage/,/^#$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# make_initrd WORD…: the words of /args, see init.c, which comes before any
# library is there.
make_initrd() {
	mkdir -p "$tmp/root/dev"
	gcc -static -O2 -Wall -Wextra -o "$tmp/root/init" \
		"$top/scripts/guest/init.c" || die "init.c does not compile"
	printf '%s\0' "$@" > "$tmp/root/args"
	(cd "$tmp/root" && find . | cpio --quiet -o -H newc -R 0:0) \
		> "$tmp/initrd"
}

# qemu ACCEL: the console, the root, the status and the streams.
qemu() {
	set -- -accel "$1"
	if [ "$rows" != 0 ]; then
		set -- "$@" -chardev stdio,id=tty,signal=off
	else
		set -- "$@" -chardev null,id=tty \
			-chardev "file,id=out,path=$tmp/out" \
			-chardev "file,id=err,path=$tmp/err"
	fi
	set -- "$@" -device virtio-serial-pci -device virtconsole,chardev=tty,nr=0 \
		-chardev "file,id=status,path=$tmp/status" \
		-device virtserialport,chardev=status,nr=1
	[ "$rows" != 0 ] || set -- "$@" \
		-device virtserialport,chardev=out,nr=2 \
		-device virtserialport,chardev=err,nr=3
	# shellcheck disable=SC2086
	set -- qemu-system-x86_64 -nodefaults -no-user-config -display none \
		-no-reboot -M q35 -cpu max $processors -m "$memory" \
		-kernel "$image" -initrd "$tmp/initrd" \
		-append "console=ttyS0 panic=-1 kunit.enable=0 $append" \
		-chardev "file,id=log,path=$tmp/log" -serial chardev:log \
		-fsdev "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-rng-pci "$@"
	if [ "$limit" = 0 ]; then
		"$@"
	else
		timeout --foreground -k 5 "$limit" "$@" < /dev/null
	fi
}

# /dev/kvm alone says nothing (it may be there and not work): a kernel must
# have come up under it once since this machine was started.
accelerator() {
	[ -z "${PORTACL_ACCEL-}" ] || { echo "$PORTACL_ACCEL"; return; }
	mkdir -p "$cache"
	proof=$cache/kvm.$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$proof" ]; then
		rm -f "$cache"/kvm.*
		echo tcg > "$proof.$$"
		if [ -w /dev/kvm ] && PORTACL_ACCEL=kvm "$0" -t 10 "$k" true \
			> /dev/null 2>&1; then
			echo kvm > "$proof.$$"
		fi
		mv "$proof.$$" "$proof"
	fi
	cat "$proof"
}

# Run it, and hand on the two streams if there is no terminal.
boot() {
	rc=0
	if [ "$rows" != 0 ]; then
		qemu "$1" 2> "$tmp/qemu" || rc=$?
		return
	fi
	mkfifo "$tmp/out" "$tmp/err"
	cat "$tmp/out" & out=$!
	cat "$tmp/err" >&2 & err=$!
	qemu "$1" 2> "$tmp/qemu" || rc=$?
	# So that they end also if QEMU has never opened them.
	: <> "$tmp/out" <> "$tmp/err"
	wait "$out" "$err"
}

# A kernel that complains has failed, whatever the command thought of it.
verdict() {
	mv "$tmp/log" "$dir/console.log" 2> /dev/null || : > "$dir/console.log"
	status=$(cat "$tmp/status" 2> /dev/null || :)
	if [ "$rc" = 124 ] || [ "$rc" = 137 ]; then
		tail -n 25 "$dir/console.log" >&2
		say "$k: no end after $limit s; the kernel's log: $dir/console.log"
		exit 124
	elif [ -z "$status" ]; then
		cat "$tmp/qemu" >&2
		tail -n 40 "$dir/console.log" >&2
		say "$k: died; the kernel's log: $dir/console.log"
		exit 125
	elif grep -Eq "$bad" "$dir/console.log"; then
		grep -E -A 30 "$bad" "$dir/console.log" | head -n 60 >&2
		say "$k: the kernel complained; its log: $dir/console.log"
		[ "$status" != 0 ] || status=1
	fi
	exit "$status"
}

bad='^(\[[^]]*\] *)*(BUG|WARNING|UBSAN|Oops)[: ]'
append='' limit=600 memory=1536 rows=0 cols=0 processors='-smp 2'
[ $# -gt 0 ] || usage
k=$1
shift
while getopts a:t:m:ci opt; do
	case $opt in
	a) append="$append $OPTARG" ;;
	t) limit=$OPTARG ;;
	m) memory=$OPTARG ;;
	c) processors='-smp 1 -icount shift=0' PORTACL_ACCEL=tcg,thread=single ;;
	i) rows=24 cols=80 ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))

[ "$k" != latest ] || k=$(basename "$("$top/scripts/fetch.sh" latest)")
case $k in
*-open) dir=$top/build/${k%-open} image=$top/build/${k%-open}/bzImage-open ;;
*) dir=$top/build/$k image=$top/build/$k/bzImage ;;
esac
[ -e "$image" ] || die "no kernel '$k' in build/: make kernel K=${k%-*}"
if [ $# = 0 ]; then
	rows=24 cols=80
	set -- /bin/bash -l
fi
if [ "$rows" != 0 ]; then
	[ -t 0 ] || die "the shell needs a terminal; or give a command"
	limit=0
	size=$(stty size)
	[ "${size%% *}" = 0 ] || rows=${size%% *} cols=${size##* }
	set -- env "TERM=${TERM:-vt100}" "$@"
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
make_initrd "$rows" "$cols" "$PWD" "$@"
boot "$(accelerator)"
verdict
