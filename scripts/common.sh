# SPDX-License-Identifier: GPL-2.0-only
# Sourced by the scripts beside it: where things are, and how to say so.
# shellcheck shell=sh disable=SC2034

# With it, cd may go elsewhere, and prints where.
unset CDPATH
top=$(cd "$(dirname "$0")/.." && pwd)
me=$(basename "$0" .sh)
# Without a login, as in a service
[ -n "${HOME-}" ] || HOME=$(getent passwd "$(id -u)" | cut -d : -f 6)
export HOME
cache=${PORTACL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portacl}

# Our own make's variables are none of the kernel's make.
unset MAKEFLAGS MFLAGS MAKELEVEL K KSRC T

# The date and commit of a test that runs now, for scripts/proof/proof.sh: DATE COMMIT
tested() {
	echo "$(date -u +%F) $(git -C "$top" log -1 --format=%h 2> /dev/null || echo -)"
}

# The head of a script is its manual.
help() { sed -n '3,${/^#/!q; s/^# \{0,1\}//p}' "$0"; }
[ "${1-}" != --help ] || { help; exit 0; }

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# at_exit COMMAND: also if the script is interrupted.
at_exit() {
	# shellcheck disable=SC2064
	trap "$1" EXIT
	trap 'exit 130' HUP INT TERM
}

# Judged before anything is installed, fetched or built.
known_kernel() {
	case $1 in
	6.1|6.12|7.2|latest) ;;
	*) die "unknown kernel '$1': 6.1, 6.12, 7.2 or latest" ;;
	esac
}

# The end of a log that explains a failure, then one line that names it.
die_log() {
	tail -n "${2:-25}" "$1" >&2
	die "$3; the whole log: $1"
}

# The same for a short log that does not stay.
die_text() {
	cat "$1" >&2
	die "$2"
}

# copy_tree TREE COPY: by hard links, unless the copy is of the same version.  The
# tree may be a symbolic link.
copy_tree() {
	! cmp -s "$1/.portacl-version" "$2/.portacl-version" || return 0
	say "copying the source tree ${1##*/}"
	rm -rf "$2" "$2.new"
	cp -alH "$1" "$2.new" 2> /dev/null || {
		rm -rf "$2.new"
		cp -aH "$1" "$2.new"
	}
	mv "$2.new" "$2"
}

# copy_touched TREE DIR: the files of a kernel tree that the patch touches and
# those that apply.sh looks at.
copy_touched() {
	mkdir -p "$2"
	{ sed -n 's,^+++ b/,,p' "$top/Kconfig.patch"; echo Kbuild; echo Makefile; } |
		sort -u | while read -r f; do
		[ ! -f "$1/$f" ] || (cd "$1" && cp -p --parents "$f" "$2")
	done
}

# The compiler's cache, for objects that are made in directory $1.
ccache_for() {
	export CCACHE_DIR="$cache/ccache" CCACHE_BASEDIR="$1" CCACHE_DEPEND=1 \
		CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=10G
}

# need MB DIR: nothing fails in as many ways as a full disk.
need() {
	room=$(df -Pk "$2" | awk 'NR == 2 { print int($4 / 1024) }')
	[ "$room" -ge "$1" ] || die "$2: $room MB free, $1 needed"
}

# step WHAT LOG TOTAL COMMAND…: runs it with its output in LOG, and shows
# every second (on a terminal) or every 30 (elsewhere) how many lines of about
# TOTAL it has got to.  It is a session of its own, so that all of it can be
# ended.
step() {
	what=$1 log=$2 total=$3
	shift 3
	every=30
	[ ! -t 2 ] || every=1
	start=$(date +%s)
	say "$what"
	setsid "$@" > "$log" 2>&1 < /dev/null &
	pid=$!
	trap 'kill -- -"$pid" 2> /dev/null; exit 130' HUP INT TERM
	while progress; do :; done
	wait "$pid" && rc=0 || rc=$?
	trap - HUP INT TERM
	[ ! -t 2 ] || printf '\r\033[K' >&2
	[ "$rc" != 0 ] || say "$what: done in $(($(date +%s) - start)) s"
	return "$rc"
}

progress() {
	i=0
	while [ "$i" -lt "$every" ]; do
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 1
		i=$((i + 1))
	done
	n=$(wc -l < "$log")
	[ "$n" -lt "$total" ] || total=$n
	now="$what: $((n * 100 / (total + 1))) %, $(($(date +%s) - start)) s"
	if [ -t 2 ]; then printf '\r%s ' "$now" >&2; else say "$now"; fi
}
