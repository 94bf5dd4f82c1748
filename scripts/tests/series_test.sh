#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The series of scripts/series.sh: git am takes it, each patch compiles in two
# configurations and passes checkpatch, and the last one leaves what make apply
# does, but for what is meant to differ.
# Settings of git's and files of OUT make no difference.
# Usage: series_test.sh K
. "$(dirname "$0")/tap.sh"
cache=${PORTACL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portacl}

# Why the rest of checkpatch's remarks stands: new files belong to the entry in
# MAINTAINERS that the last patch adds; the others are those of scripts/lint.sh.
remarks=FILE_PATH_CHANGES,LINUX_VERSION_CODE,CONSTANT_COMPARISON,AVOID_EXTERNS
remarks=$remarks,UNDOCUMENTED_SETUP,LEADING_SPACE,OPEN_ENDED_LINE,BIT_MACRO
remarks=$remarks,PARENTHESIS_ALIGNMENT,LONG_LINE,PREFER_DEFINED_BIT_MACRO
remarks=$remarks,COMMIT_LOG_LONG_LINE,NO_AUTHOR_SIGN_OFF,MACRO_ARG_REUSE
# The kernel's history, with the commit of a line `Fixes:`, is not at hand.
remarks=$remarks,UNKNOWN_COMMIT_ID
# Each user of the table key_defs.h takes only the columns that it needs.
remarks=$remarks,MACRO_ARG_UNUSED

k=${1:-7.2}
series=$tmp/series
source=$("$top/scripts/fetch.sh" "$k") || exit 1
newest=$("$top/scripts/fetch.sh" 7.2) || exit 1
src=$cache/$k/series obj=$cache/$k/build-series
exec 9> "$cache/$k/series.lock"
flock 9

make_in() {
	CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=$src CCACHE_DEPEND=1 \
		CCACHE_NOHASHDIR=1 \
		make -s -j"$(nproc)" -C "$src" O="$obj/$config" CC='ccache gcc' \
		HOSTCC='ccache gcc' "$@" < /dev/null
}

# The objects of the C files that a patch touches, if this configuration has them.
objects() {
	sed -n 's,^+++ b/\(.*\)\.c$,\1.o,p' "$1" | while read -r o; do
		case $o in
		tools/*|security/portacl/*) continue ;;
		net/sctp/*) has IP_SCTP ;;
		net/sunrpc/*) has SUNRPC ;;
		net/ipv6/*) has IPV6 ;;
		kernel/bpf/*) has BPF_LSM ;;
		security/security.o) has SECURITY ;;
		net/ipv4/sysctl*) has SYSCTL ;;
		esac && echo "$o"
	done
}

# Without a target, make would build everything.
make_objects() {
	mapfile -t list < <(objects "$1")
	[ "${#list[@]}" = 0 ] || make_in KCFLAGS=-Werror "${list[@]}"
}

has() { grep -q "^CONFIG_$1=y" "$obj/$config/.config"; }

# configure NAME: `small` has the network and nothing that the series needs.
configure() {
	config=$1
	mkdir -p "$obj/$config"
	[ ! -f "$obj/$config/.config" ] || rm "$obj/$config/.config"
	make_in tinyconfig || return
	if [ "$1" = small ]; then
		printf 'CONFIG_%s=y\n' NET INET
	else
		cat "$top/scripts/config/base.config"
	fi >> "$obj/$config/.config"
	make_in olddefconfig
}

# Symbols of ours that no object defines yet.
undefined() {
	find "$obj/full/security/portacl" -name '*.o' ! -name portacl.o \
		-exec nm {} + > "$tmp/nm"
	sed -n 's/^.* U \(portacl_.*\)/\1/p' "$tmp/nm" | sort -u > "$tmp/used"
	sed -n 's/^.* [A-TV-Z] \(portacl_.*\)/\1/p' "$tmp/nm" | sort -u |
		comm -23 "$tmp/used" -
}

# Compile the objects that the patch changes.  Link a whole kernel after the
# option, after the hooks and at the end: a tree may stop there.
compiles() {
	config=full
	configure full || return
	make_objects "$1" || return
	! has SECURITY_PORTACL || [ ! -d "$src/security/portacl" ] ||
		make_in W=1 KCFLAGS=-Werror security/portacl/ || return
	! undefined | grep . || return
	case $1 in
	*/0003-*|*/0005-*|*/"$last") make_in vmlinux || return ;;
	esac
	configure small || return
	make_objects "$1"
}

# Of the selftests only errors: the other rules are not for user space.
checkpatch() {
	perl "$newest/scripts/checkpatch.pl" --no-tree --strict --terse \
		--show-types --ignore "$remarks" "$1" > "$tmp/remarks"
	case $1 in *selftests*) set -- ERROR ;; *) set -- . ;; esac
	! grep -v '^total\|^$' "$tmp/remarks" | grep "$1"
}

# On a fresh copy of what it touches.
by_git_am() {
	sh -c '. "$0"; copy_touched "$1" "$2"' "$top/scripts/common.sh" \
		"$source" "$tmp/am"
	for f in include/uapi/linux/lsm.h MAINTAINERS; do
		[ ! -f "$source/$f" ] ||
			(cd "$source" && cp -p --parents "$f" "$tmp/am")
	done
	cp -a "$tmp/am" "$tmp/applied"
	cd "$tmp/am" || return
	git init -q && git add -f . &&
		git -c user.name=t -c user.email=t@localhost commit -q -m base &&
		git -c user.name=t -c user.email=t@localhost am -q "$series"/00*.patch
}

# Only what series.sh says it changes.
same_code() {
	"$top/scripts/apply.sh" "$tmp/applied" && rm -r "$tmp/applied/.portacl"
	diff -r -x .git "$tmp/applied" "$tmp/am" > "$tmp/diff"
	! grep '^[<>]' "$tmp/diff" | grep -vE \
		'LSM_ID_PORTACL|0x706f7274|const struct file \*file|COMPAT_|compat\.h|__(lsm_)?ro_after_init|KernelVersion|A private number|[<>] (#(else|endif)|	\.(id|name) = .*)?$' |
		grep -v -x -F -f <(sed 's/^/> /' "$tmp/am/MAINTAINERS") || return
	! grep '^Only in' "$tmp/diff" | grep -v 'compat\.h$'
}

git init -q "$tmp/other"
instead pre-commit 'exit 1'
printf '[include]\npath = ~/.gitconfig\n[diff]\nnoprefix = true\n[commit]\ngpgSign = true
[gpg]\nprogram = false\n[core]\nhooksPath = %s\n' "$tmp/bin" > "$tmp/gitconfig"
mkdir "$series"
touch "$series/mine" "$series/0099-old.patch"
(cd "$tmp" && GIT_CONFIG_GLOBAL=$tmp/gitconfig GIT_DIR=$tmp/other/.git \
	"$top/scripts/series.sh" "$source" "${series##*/}") > "$tmp/log" 2>&1 || {
	cat "$tmp/log" >&2
	exit 1
}
rm -f "$series/0000-cover-letter.patch"
set -- "$series"/*.patch
last=$(basename "${!#}")
plan $(($# * 2 + 6))
other_is_empty() { ! git -C "$tmp/other" rev-parse -q --verify HEAD; }
ok "another repository is left alone" other_is_empty
ok "files in OUT stay" [ -e "$series/mine" ]
ok "but for earlier patches" [ ! -e "$series/0099-old.patch" ]
ok "git am" by_git_am
ok "the same code as by make apply" same_code
rm -rf "$src"
cp -alH "$source" "$src" 2> /dev/null || cp -aH "$source" "$src"
# The objects of an earlier run are newer than the files that it patched.
sed -n 's,^+++ b/,,p' "$@" | sort -u | while read -r f; do
	[ ! -f "$src/$f" ] || { cp "$src/$f" "$tmp/f" && mv "$tmp/f" "$src/$f"; }
done
rm -rf "$obj"/*/security/portacl
for p; do
	name=$(basename "$p" .patch)
	# git apply writes new files, so the source tree keeps its own.
	(cd "$src" && GIT_CEILING_DIRECTORIES=$cache/$k git apply "$p")
	ok "$name: compiles" compiles "$p"
	ok "$name: checkpatch" checkpatch "$p"
done
whole() { [ "$(git -C "$tmp/am" log --format=%s | wc -l)" = $(($# + 1)) ]; }
ok "all patches are in" whole "$@"
