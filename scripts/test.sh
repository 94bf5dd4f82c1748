#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The test suite.  Usage: test.sh [--full] [-T NAME] [KERNEL…]
#   KERNEL  6.1, 6.12, 7.2, each also with -debug or -race; default: the three
#   -T      one test only: a selftest (identity_env), a test of the scripts
#           (usage) or a file of the tool's tests (50-explain, guest/load)
#   --full  also what takes long or needs more than the archive; by default on
#           6.12-debug and 7.2-race as well.  Without it the scripts, the tool,
#           real daemons and the stress of reloads are for the first KERNEL alone
#
# A kernel that the archive no longer has is skipped.
# The output of the tests is kept in build/results, in TAP.  The last line here is
# `N passed, N failed, N skipped`; the exit status is 1 if a test failed or one
# that was planned did not report.
set -eu
. "$(dirname "$0")/common.sh"

results=$top/build/results
binaries=$top/build/selftests
tests=$top/tools/testing/selftests/portacl
tool_tests=$top/tools/portaclctl/tests

# report NAME: count the points in NAME.tap, show what did not pass, and how
# long it took since $since.
report() {
	awk -f "$top/scripts/tap.awk" -v name="$1" "$results/$1.tap" \
		> "$results/$1.out"
	sed "\$s/count \(.*\) \(.*\) \(.*\)/$1: \1 passed, \2 failed, \3 skipped, $((SECONDS - since)) s/" \
		"$results/$1.out"
}

# run NAME COMMAND…: a command outside the guest that prints TAP.
run() {
	name=$1 since=$SECONDS
	shift
	say "$name"
	{
		echo "## begin $name"
		"$@" 2>&1 < /dev/null && rc=0 || rc=$?
		echo "## end $name $rc"
	} > "$results/$name.tap"
	report "$name"
}

# One point, for a command that only succeeds or fails.
point() {
	echo 1..1
	if "$@"; then echo "ok 1 $*"; else echo "not ok 1 $*"; fi
}

# skipped WHAT WHY: one point.
skipped() {
	echo 1..1
	echo "ok 1 $1 # SKIP $2"
}

# pick NAME: in $kind and $only the one test to run.
pick() {
	for kind in guest script tool tool-guest; do
		case $kind in
		guest) set -- "$1" "$tests/$1".{c,sh} "$tests/$1"_test.{c,sh} ;;
		script) set -- "$1" "$top/scripts/tests/${1%_test}_test.sh" ;;
		tool) set -- "$1" "$tool_tests"/[0-9]*-"${1#[0-9]*-}".sh ;;
		tool-guest) set -- "$1" "$tool_tests/guest/${1#guest/}.sh" ;;
		esac
		for only in "${@:2}"; do [ ! -f "$only" ] || break 2; done
	done
	[ -f "$only" ] || die "unknown test '$1': one of $(list_tests)"
	case $kind in
	guest) only=$(basename "$only" .c) ;;
	tool) only=$(basename "$only" .sh) ;;
	esac
}

list_tests() {
	for t in "$tests"/*_test.{c,sh} "$top"/scripts/tests/*_test.sh \
		"$tool_tests"/{,guest/}*.sh; do
		t=${t#"$tool_tests"/} t=${t##*/portacl/} t=${t##*/tests/}
		case $t in */lib.sh|run.sh|tap.sh) continue ;; esac
		echo "${t%.*}"
	done | sed 's/_test$//' | xargs
}

# List KERNEL:VARIANT for a kernel of the command line, as build.sh takes them.
variants() {
	case $1 in
	*-debug|*-race) echo "${1%-*}:${1##*-}" ;;
	*) echo "$1:"; ! boots_open || echo "$1:open" ;;
	esac
}

boots_open() {
	[ -z "$only" ] ||
		grep -w -- "$only" "$tests/boots" | grep -q '[[:blank:]]open[[:blank:]]'
}

# A session of its own, so that all of it can be ended.
build_in_background() {
	for i; do variants "$i"; done |
		setsid xargs -n 1 sh -c '"$0/build.sh" "${1%:*}" "${1#*:}" || :' \
			"$top/scripts" &
	builder=$!
	trap 'trap "" TERM; kill -- -"$builder" 0; exit 130' HUP INT TERM
}

build() {
	for i in $(variants "$1"); do
		"$top/scripts/build.sh" "${i%:*}" "${i#*:}" || return
	done
}

# List NAME VARIANT ARGUMENTS TEST… for $k, also for tests that no line names.
# The tests of the tool take the longest, so they come first.
list_boots() {
	suites='test'
	[ "$k" != "$first" ] || suites='test|first'
	[ -z "$full$only" ] || suites='test|first|full'
	[ "$suites" = test ] ||
		find "$tool_tests/guest" -name '*.sh' ! -name lib.sh |
		sort -r | awk '{ print "tool" NR " base \"\" " $0 }'
	# 2,000 of them, as many in one boot as its time allows
	[ -z "$full" ] || [ "$k" != "$first" ] ||
		for i in 1 2 3 4 5 6 7 8 9 10; do
			echo "verdicts$i base verdicts=200 $tool_tests/guest/verdicts.sh"
		done
	case $k in *-debug|*-race) suites="$suites|${k#*-}" ;; esac
	sed -nE "s/^($suites)[[:blank:]]+//p" "$tests/boots"
	for t in "$tests"/*_test.c "$tests"/*_test.sh; do
		t=$(basename "$t" .c)
		grep -v '^#' "$tests/boots" | grep -qw -- "$t" || echo "$t"
	done | xargs -r -n 3 echo 'rest base ""' | awk '{ $1 = $1 NR; print }'
}

# boot NAME VARIANT ARGUMENTS TEST…
boot() {
	id=$k-$1 since=$SECONDS args=$3 image=$k root=/ parallel=''
	case $2 in
	base) ;;
	smp) parallel=-p ;;
	systemd) root=$("$top/scripts/rootfs.sh") || root=missing ;;
	*) image=$k-$2 ;;
	esac
	how=strict
	case $1 in rest*) how='' ;; esac
	shift 3
	for t; do echo "## expect $t $how"; done > "$results/$id.tap"
	# shellcheck disable=SC2086
	"$top/scripts/boot.sh" "$image" $parallel -t "$limit" -a "$args" \
		-r "$root" sh "$top/scripts/guest/tests.sh" "$binaries" "$@" \
		>> "$results/$id.tap" 2> "$results/$id.err" && rc=0 || rc=$?
	cat "$results/$id.err" >> "$results/$id.tap"
	echo "## boot $rc" >> "$results/$id.tap"
	report "$id"
}

# pool run|boot NAME…: in the background.  One more at once than there are processors:
# most of them wait at times.  The file stays empty if the job is killed.
pool() {
	while [ "$(jobs -rp | grep -cvx "$builder")" -gt "$(nproc)" ]; do
		wait -n || :
	done
	case $1 in
	boot) : > "$results/$k-$2.out" ;;
	*) : > "$results/$2.out" ;;
	esac
	"$@" < /dev/null &
}

run_boots() {
	booted=''
	list_boots > "$results/boots-$k"
	while read -r line; do
		eval "set -- $line"
		if [ "$only" ]; then
			case " ${*:4} " in *" $only "*) ;; *) continue ;; esac
			set -- "$1" "$2" "$3" "$only"
		fi
		case $k-$2 in *-debug-open|*-debug-systemd|*-race-open|*-race-systemd) continue ;; esac
		booted=yes
		pool boot "$@"
	done < "$results/boots-$k"
	[ -z "$only" ] || [ "$booted" ] ||
		run "$k-none" skipped "$only" "none of its boots is for $k"
}

# The builder in the background may be building this kernel or have built it.
test_kernel() {
	k=$1 since=$SECONDS
	build "$k" || {
		echo "## expect kernel" > "$results/$k.tap"
		report "$k"
		return
	}
	if [ "$full" ] || [ "$k$only" = "$first" ]; then
		pool run "guest-$k" "$top/scripts/tests/guest_test.sh" "$k"
	fi
	run_boots
}

# Tests that compile many kernels, and the package.
run_full() {
	run deb "$top/scripts/tests/deb_test.sh"
	run fuzz point make -C "$top/tools/portaclctl" fuzz
	for t in processors mutants analyze early; do
		run "$t" "$top/scripts/tests/${t}_test.sh"
	done
	for k; do
		case $k in *-*) continue ;; esac
		run "demo-$k" point "$top/scripts/demo.sh" "$k"
		run "variants-$k" "$top/scripts/tests/variants_test.sh" "$k"
		run "series-$k" "$top/scripts/tests/series_test.sh" "$k"
		run "peers-$k" "$top/scripts/tests/peers_test.sh" "$k"
		[ "$k" != "$first" ] ||
			for t in kselftest dropins units kernel_deb distro secureboot mutants_kernel; do
				run "$t-$k" "$top/scripts/tests/${t}_test.sh" "$k"
			done
		run "gates-$k" "$top/scripts/tests/gates_test.sh" "$k"
		[ "$k" = latest ] || run "bpf-$k" point "$top/scripts/stock_test.sh" "$k"
	done
}

# Put the kernels that the archive has into $kernels.
fetch_all() {
	kernels=''
	for k; do
		"$top/scripts/fetch.sh" "${k%-*}" > /dev/null && rc=0 || rc=$?
		case $rc in
		0) kernels="$kernels $k" ;;
		3) run "fetch-$k" skipped kernel "$k: the archive no longer has it" ;;
		*) die "$k: no source" ;;
		esac
	done
}

build_selftests() {
	run selftests-build point make -C "$tests" OUTPUT="$binaries"
	[ "$(tail -n 1 "$results/selftests-build.out")" = 'count 1 0 0' ] ||
		die "no tests to run in the guests"
	cp "$tests"/*.sh "$binaries"
}

run_all() {
	build_in_background "$@"
	build_selftests
	pool run portaclctl make -C "$top/tools/portaclctl" test
	pool run portacl-bpf make -C "$top/tools/portacl-bpf" test
	for t in tap usage; do pool run "$t" "$top/scripts/tests/${t}_test.sh"; done
	run gates "$top/scripts/tests/gates_test.sh" places
	# shellcheck disable=SC2086
	pool run apply "$top/scripts/tests/apply_test.sh" ${full:+--each} "$@"
	pool run patch "$top/scripts/tests/patch_test.sh" "$@"
	for k; do test_kernel "$k"; done
	wait
	[ -z "$full" ] || run_full "$@"
}

# The test that -T names.
run_one() {
	case $kind in
	guest|tool-guest)
		build_selftests
		for k; do test_kernel "$k"; done
		wait ;;
	tool) run "$only" make -C "$top/tools/portaclctl" test "T=$only" ;;
	script)
		name=$(basename "$only" _test.sh)
		case $name in
		apply|patch) run "$name" "$only" "$@" ;;
		tap|usage|deb|processors|mutants|analyze|early) run "$name" "$only" ;;
		*)
			for k; do
				build "$k"
				run "$name-$k" "$only" "$k"
			done ;;
		esac ;;
	esac
}

full='' only='' kind='' builder=none
while [ $# -gt 0 ]; do
	case $1 in
	--full) full=yes ;;
	-T) pick "${2-}"; shift ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- 6.12 6.1 7.2 ${full:+6.12-debug 7.2-race}
for k; do
	case $k in
	6.1|6.12|7.2|6.1-debug|6.12-debug|7.2-debug|6.1-race|6.12-race|7.2-race) ;;
	*) die "unknown kernel '$k': 6.1, 6.12, 7.2, each also with -debug or -race" ;;
	esac
done
limit=600
case "$full $*" in *yes*|*-debug*|*-race*) limit=1500 ;; esac
# shellcheck disable=SC2086
"$top/scripts/setup.sh" build tool guest tests ${full:+system lint}
rm -rf "$results"
mkdir -p "$results" "$binaries"
tested > "$results/tested"
fetch_all "$@"
# shellcheck disable=SC2086
set -- $kernels
[ $# -gt 0 ] || die "the archive has none of these kernels"
first=$1
if [ "$only" ]; then run_one "$@"; else run_all "$@"; fi
exec "$top/scripts/total.sh" "$results"
