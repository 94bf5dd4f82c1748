#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Boot build/K/bzImage in QEMU on this machine's root file system (read-only,
# writes go to a tmpfs) and run a command there, or a shell if there is none.
#
# Usage: boot.sh K[-open|-debug|-race|-bench|-stock|-arm64|-i386] [-a KERNEL_ARGS] [-t SECONDS]
#                [-m MB] [-p|-c] [-bi] [-r DIR] [COMMAND [ARGUMENT…]]
#        boot.sh --help
#   K-stock is the distribution's own kernel; its modules are loaded as needed.
#   K-arm64 and K-i386 are the kernels of kunit.sh for that processor; they need -r.
#   -a  more words for the kernel's command line (may be repeated)
#   -t  time limit, 600 s unless given; none with -i
#   -m  memory, 1536 MB unless given
#   -p  the two processors run in parallel, for tests of races; otherwise QEMU
#       runs them in turn in one thread, which never froze a guest
#   -c  one processor, whose time stamp counter counts instructions
#   -b  build the kernel first
#   -i  on this terminal, as the shell is
#   -r  on the root file system in DIR (see rootfs.sh), with its own systemd as
#       PID 1; this machine's is at /host, and this checkout at its own place.
#       With K-arm64 and K-i386, on that root file system alone, without systemd
#
# A kernel that does not reach init within 120 s (300 s with -debug and -race; or
# $PORTACL_PATIENCE) is started again, three times in all.  Neither this limit nor -t counts the time during
# which QEMU waits for a processor of this machine: a busy machine makes a guest
# slow, and a slow guest does not hang.
#
# The exit status is the command's; 124 after the time limit, 125 if the
# kernel did not get as far as to report one, and 1 instead of 0 if it logged
# a BUG, a WARNING or the like.  Its log is kept in build/K/console.log.
set -eu
. "$(dirname "$0")/common.sh"
. "$top/scripts/complaints.sh"

usage() {
	help | sed -n '/^Usage/,/^$/p' >&2
	exit 2
}

# make_initrd WORD…: the words of /args, see init.c, which comes before any
# library is there.
make_initrd() {
	mkdir -p "$tmp/root/dev"
	"$cc" -static -O2 -Wall -Wextra -o "$tmp/root/init" \
		"$top/scripts/guest/init.c" || die "init.c does not compile"
	printf '%s\0' "$@" > "$tmp/root/args"
	case $k in *-stock) copy_modules ;; esac
	(cd "$tmp/root" && find . | cpio --quiet -o -H newc -R 0:0) \
		> "$tmp/initrd"
}

# The modules without which the guest has neither its root nor its streams, in the
# order in which init.c loads them.
copy_modules() {
	mkdir -p "$tmp/root/modules"
	for m in virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng; do
		modprobe -d "$stock" -S "$release" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		nl -w 2 -n rz | while read -r n path; do
			to=$tmp/root/modules/$n.ko
			case $path in
			*.xz) xz -dc "$path" > "$to" ;;
			*) cp "$path" "$to" ;;
			esac
		done
}

# What QEMU is told to show the guest directory $2 by, under the name $1.
share() {
	path=$(echo "$2" | sed 's/,/,,/g')
	echo "local,id=$1,path=$path,security_model=none,readonly=on,multidevs=remap"
}

# The console, the root, the status and the streams.  Always emulated: that
# /dev/kvm exists does not mean that it works.  Under emulation on a busy
# machine the kernel's test of the timer may fail, hence no_timer_check.
qemu() {
	set -- -accel "$accel"
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
	[ -z "$checkout" ] || set -- "$@" -fsdev "$(share host /)" \
		-device virtio-9p-pci,fsdev=host,mount_tag=host
	# shellcheck disable=SC2086
	set -- "$emulator" -nodefaults -no-user-config -display none \
		-no-reboot -M "$board" -cpu max $processors -m "$memory" \
		-kernel "$image" -initrd "$tmp/initrd" \
		-append "console=$console no_timer_check panic=-1 kunit.enable=0 $append" \
		-chardev "file,id=log,path=$tmp/log" -serial chardev:log \
		-fsdev "$(share root "$root")" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-device virtio-rng-pci "$@"
	exec "$@"
}

stop_qemu() { [ -z "$qemu" ] || kill -9 "$qemu" 2> /dev/null || :; }

reached_init() { grep -qs 'Run /init' "$tmp/log"; }

# How long QEMU ran ($1 = 1) or waited for a processor of this machine ($1 = 2), in
# seconds; 0 if this machine's kernel does not tell.  That is its main thread, and the
# one that did so most of the others, which wait for the main thread.
seconds() {
	grep -H . "/proc/$qemu/task"/*/schedstat 2> /dev/null |
		awk -F '[: ]' -v n=$(($1 + 1)) -v main="/proc/$qemu/task/$qemu/schedstat" '
			$1 == main { own = $n; next }
			$n > max { max = $n }
			END { printf "%d", (own + max) / 1e9 }'
}

# End a QEMU whose guest hangs, and note which limit it exceeded.
watch() {
	start=$(date +%s)
	while sleep 1; kill -0 "$qemu" 2> /dev/null; do
		used=$(($(date +%s) - start - $(seconds 2)))
		if [ "$used" -ge "$limit" ]; then
			echo limit > "$tmp/ended"
		elif [ "$used" -ge "$patience" ] && ! reached_init; then
			echo patience > "$tmp/ended"
		else
			continue
		fi
		echo "QEMU ran for $(seconds 1) s and waited for $(seconds 2) s" \
			>> "$tmp/qemu"
		stop_qemu
	done
}

# run_qemu: in $rc what it ended with.
run_qemu() {
	rm -f "$tmp/log" "$tmp/ended"
	qemu 2> "$tmp/qemu" < /dev/null & qemu=$!
	watch > /dev/null 2>&1 3>&- 4>&- & watch=$!
	wait "$qemu" && rc=0 || rc=$?
	qemu=''
	kill "$watch" 2> /dev/null || :
}

# Did the kernel die before init?  QEMU's status does not tell: a panic ends it
# with 0.  A QEMU that somebody else ended is not started again.
died_early() {
	! reached_init && [ "$(cat "$tmp/ended" 2> /dev/null)" != limit ] &&
		! grep -q 'terminating on signal' "$tmp/qemu" &&
		{ [ "$rc" -lt 128 ] || [ -e "$tmp/ended" ]; }
}

# Run it, and hand on the two streams if there is no terminal.
boot() {
	rc=0
	if [ "$rows" != 0 ]; then
		(qemu) 2> "$tmp/qemu" || rc=$?
		return
	fi
	mkfifo "$tmp/out" "$tmp/err"
	# Held open, so that they end neither before nor without a writer.
	exec 3<> "$tmp/out" 4<> "$tmp/err"
	cat "$tmp/out" 3>&- 4>&- & out=$!
	cat "$tmp/err" 3>&- 4>&- >&2 & err=$!
	run_qemu
	for _ in 2 3; do
		died_early || break
		tail -n 5 "$tmp/log" >&2 || :
		say "$k: the kernel did not reach init; starting it again"
		run_qemu
	done
	exec 3>&- 4>&-
	wait "$out" "$err"
}

# A kernel that complains has failed, whatever the command thought of it.
verdict() {
	[ -e "$tmp/log" ] || : > "$tmp/log"
	# Another guest of this kernel may write it, too.
	cp "$tmp/log" "$dir/console.log"
	status=$(cat "$tmp/status" 2> /dev/null || :)
	if [ "$(cat "$tmp/ended" 2> /dev/null)" = limit ]; then
		tail -n 25 "$tmp/log" >&2
		cat "$tmp/qemu" >&2
		say "$k: no end after $limit s; the kernel's log: $dir/console.log"
		exit 124
	elif [ -z "$status" ]; then
		cat "$tmp/qemu" >&2
		tail -n 40 "$tmp/log" >&2
		say "$k: died; the kernel's log: $dir/console.log"
		exit 125
	elif complaints "$tmp/log" | grep -q .; then
		complaints "$tmp/log" | head -n 60 >&2
		say "$k: the kernel complained; its log: $dir/console.log"
		[ "$status" != 0 ] || status=1
	fi
	exit "$status"
}

# Without ACPI the kernel has its processors from the MP table: one per socket.
build='' accel=tcg,thread=single qemu='' patience=${PORTACL_PATIENCE:-120} append='' limit=600 memory=1536 rows=0 cols=0 root=/ cc=gcc emulator=qemu-system-x86_64 board=pc console=ttyS0 processors='-smp 2,sockets=2'
[ $# -gt 0 ] || usage
k=$1
shift
while getopts a:t:m:pcbir: opt; do
	case $opt in
	a) append="$append $OPTARG" ;;
	t) limit=$OPTARG ;;
	m) memory=$OPTARG ;;
	p) accel=tcg,thread=multi ;;
	c) processors='-smp 1 -icount shift=0' accel=tcg,thread=single ;;
	b) build=yes ;;
	i) rows=24 cols=80 ;;
	r) root=$OPTARG ;;
	*) usage ;;
	esac
done
shift $((OPTIND - 1))

checkout=$top
[ "$root" != / ] || checkout=''
case $k in
*-arm64)
	checkout='' cc=aarch64-linux-gnu-gcc emulator=qemu-system-aarch64 board=virt
	console=ttyAMA0 file=arm64/boot/Image.gz ;;
*-i386)
	checkout='' cc=i686-linux-gnu-gcc emulator=qemu-system-i386
	file=x86/boot/bzImage ;;
esac
[ -z "$checkout" ] || [ -x "$root/sbin/init" ] || [ -L "$root/sbin/init" ] ||
	die "$root: no root file system with an init of its own"
[ -z "$build" ] || known_kernel "$k"
if [ $# = 0 ]; then
	rows=24 cols=80
	set -- /bin/bash -l
fi
if [ "$rows" != 0 ]; then
	[ -t 0 ] || die "the shell needs a terminal; or give a command"
	size=$(stty size)
	[ "${size%% *}" = 0 ] || rows=${size%% *} cols=${size##* }
	set -- env "TERM=${TERM:-vt100}" "$@"
fi
[ -z "$build" ] || "$top/scripts/build.sh" "$k"
[ "$k" != latest ] || k=$(basename "$("$top/scripts/fetch.sh" latest)")
case $k in
*-debug|*-race) patience=${PORTACL_PATIENCE:-300} dir=$top/build/$k image=$top/build/$k/bzImage ;;
*-open) dir=$top/build/${k%-open} image=$top/build/${k%-open}/bzImage-open ;;
*-stock)
	stock=$("$top/scripts/fetch.sh" "${k%-stock}" image)
	release=$(ls "$stock/lib/modules")
	dir=$top/build/$k image=$stock/boot/vmlinuz-$release
	mkdir -p "$dir" ;;
*-arm64|*-i386)
	dir=$top/build/$k image=$cache/${k%-*}/kunit-${k#*-}/arch/$file
	mkdir -p "$dir" ;;
*) dir=$top/build/$k image=$top/build/$k/bzImage ;;
esac
[ -e "$image" ] || die "no kernel '$k' in build/: make kernel K=${k%-*}"
tmp=$(mktemp -d)
trap 'stop_qemu; rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM
make_initrd "$rows" "$cols" "$PWD" "$checkout" "$@"
boot
verdict
