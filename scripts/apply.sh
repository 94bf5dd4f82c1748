#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Put portacl into a kernel tree, or take it out again.
# Usage: apply.sh TREE [undo|check|NUMBER]
#   check   only say whether it fits, or is there already
#   NUMBER  only edit the kernel's own files, as far as this patch of the series
#
# Copies our files and applies Kconfig.patch (its head explains the marks in
# it), all of it or nothing: the work is done on copies of the files.  What was
# done is noted in TREE/.portacl, so that it can be undone after the patch here
# has changed, and so that a second run touches only what differs.  If a run is
# killed, the next one, or undo, continues.
set -eu
. "$(dirname "$0")/common.sh"

is_kernel() {
	[ -f "$1/Kbuild" ] && [ -f "$1/include/linux/lsm_hook_defs.h" ] &&
		grep -q '^PATCHLEVEL = ' "$1/Makefile"
}

# The kernel gets neither the figures nor the documents about this repository.
our_files() {
	cd "$top"
	set -- security/portacl Documentation tools/testing/selftests/portacl
	{ git -c safe.directory='*' ls-files -co --exclude-standard -- "$@" \
		2> /dev/null | grep . || find "$@" -type f; } |
		grep -v -e ^Documentation/bench/ -e '/portacl-install\.'
}

patched_files() { sed -n 's,^+++ b/\([^	]*\).*,\1,p' "$1" | sort -u; }

# split PATCH DIR: DIR/001 and so on, with the mark of each in DIR/001.mark; as
# far as the step $last.
split() {
	awk -v dir="$2" -v last="$last" '
		/^# step / && $3 > last { exit }
		/^# step / { next }
		/^# (if |or)/ { mark = $0; next }
		/^diff --git / {
			out = sprintf("%s/%03d", dir, ++n)
			print mark > (out ".mark")
			mark = ""
		}
		n && mark == "" { print > out }' "$1"
}

# mark_holds '# if FILE[: TEXT]', on the tree without portacl.
mark_holds() {
	text=${1#*: }
	file=${1#\# if }
	[ "$text" != "$1" ] || text=''
	[ -f "$tmp/old/${file%%: *}" ] || [ -f "$tree/${file%%: *}" ] ||
		return 1
	[ -z "$text" ] || grep -qF -- "$text" "$tmp/old/${file%%: *}"
}

run_patch() { patch -p1 -F0 -f -r - --no-backup-if-mismatch "$@"; }

# take SECTION: onto the copies, or say in $why which hunk does not fit.
take() {
	if (cd "$tmp/new" && run_patch --dry-run < "$1") > "$tmp/out" 2>&1; then
		(cd "$tmp/new" && run_patch < "$1") > /dev/null
		state=taken
		return
	fi
	state=failed
	n=$(sed -n 's/^Hunk #\([0-9]*\) FAILED.*/\1/p' "$tmp/out" | head -n 1)
	why=$(patched_files "$1")
	if [ -f "$tmp/new/$why" ]; then
		why="$why: hunk $n: $(grep '^@@' "$1" | sed -n "${n}p")"
	else
		why="$why: no such file"
	fi
}

must_fit() {
	[ "$state" != failed ] || die "$tree: does not fit, nothing changed: $why"
}

# An '# or' belongs to the section before it; any other begins a new group.
patch_copies() {
	state=taken
	mkdir "$tmp/sections"
	split "$top/Kconfig.patch" "$tmp/sections"
	for s in "$tmp"/sections/???; do
		mark=$(cat "$s.mark")
		case $mark in
		'# or'*) [ "$state" = taken ] || take "$s" ;;
		'# if '*)
			must_fit
			state=skipped
			if mark_holds "$mark"; then take "$s"; fi ;;
		*) must_fit; take "$s" ;;
		esac
	done
	must_fit
}

# Take the patch of the note out of the copies.  Each file is judged by itself: an
# interrupted run leaves some files without the patch, and git reset all of them,
# for the kernel's .gitignore covers the note.
take_out() {
	reset=''
	mkdir "$tmp/noted"
	awk -v dir="$tmp/noted" '/^--- a\// { out = sprintf("%s/%03d", dir, ++n) }
		{ print > out }' "$note/patch"
	for s in "$tmp"/noted/*; do
		if (cd "$tmp/old" && run_patch -R --dry-run < "$s") > "$tmp/out" 2>&1; then
			(cd "$tmp/old" && run_patch -R < "$s") > /dev/null
		elif (cd "$tmp/old" && run_patch --dry-run < "$s") > /dev/null 2>&1; then
			reset=yes
		else
			die "$tree: changed since portacl was put in: $(patched_files "$s"): $(
				grep -m 1 FAILED "$tmp/out"); if git reset took portacl out: rm $note/patch"
		fi
	done
	[ -z "$reset" ] ||
		say "$tree: was reset since portacl was put in, or the last run was interrupted"
}

# The tree as it was: what an earlier run did is taken out of the copies.
copy_originals() {
	mkdir "$tmp/old" "$tmp/new"
	cp "$top/Kconfig.patch" "$tmp/both"
	! is_noted || cat "$note/patch" >> "$tmp/both"
	patched_files "$tmp/both" > "$tmp/patched"
	# By tar, for the directories of the tree may be read-only.  The tree may be one of
	# symbolic links.
	while read -r f; do
		[ ! -f "$tree/$f" ] || echo "$f"
	done < "$tmp/patched" | tar -C "$tree" -chT - | tar -C "$tmp/old" -xp
	! is_noted || take_out
	cp -a "$tmp/old/." "$tmp/new"
	touch "$tmp/ours" "$tmp/theirs"
	[ ! -f "$note/files" ] || cp "$note/files" "$tmp/theirs"
}

# put FILE FROM: by a rename, for the tree may be full of hard links.
put() {
	! cmp -s "$2" "$tree/$1" || return 0
	{ mkdir -p "$note" "$(dirname "$tree/$1")" && cp -p "$2" "$note/new" &&
		touch "$note/new" && mv -f "$note/new" "$tree/$1"; } ||
		die "$tree/$1: cannot be written: make apply continues, make unapply takes portacl out"
	changed=$((changed + 1))
}

# Never overwrite a file of the tree; remove files that we no longer have.
copy_ours() {
	our_files > "$tmp/ours"
	while read -r f; do
		[ ! -e "$tree/$f" ] || grep -qxF "$f" "$tmp/theirs" ||
			die "$tree: has a $f of its own: remove it if it is an earlier portacl's"
	done < "$tmp/ours"
}

remove() {
	while read -r f; do
		grep -qxF "$f" "$2" || {
			rm -f "$tree/$f"
			(cd "$tree" && rmdir -p "$(dirname "$f")" 2> /dev/null) || :
		}
	done < "$1"
}

# Before anything is changed: the tree may belong to several users.
must_be_writable() {
	{ cat "$tmp/patched" "$tmp/ours" "$tmp/theirs"; echo .portacl/files; } |
		sed -n 's,/[^/]*$,,p' | sort -u | while read -r d; do
		while [ ! -e "$tree/$d" ]; do d=$(dirname "$d"); done
		[ -w "$tree/$d" ] || die "$tree/$d: cannot be written to"
	done
}

# The note has to be true whenever the script is killed.  So what differs is first
# restored, and the list of our files is complete before the first one is there.
install_all() {
	while read -r f; do
		[ ! -f "$tmp/old/$f" ] || (cd "$tmp" &&
			diff -u --label "a/$f" --label "b/$f" "old/$f" "new/$f") || :
	done < "$tmp/patched" > "$tmp/note"
	while read -r f; do
		[ ! -f "$tmp/old/$f" ] || cmp -s "$tmp/new/$f" "$tree/$f" || put "$f" "$tmp/old/$f"
	done < "$tmp/patched"
	awk '!seen[$0]++' "$tmp/theirs" "$tmp/ours" > "$tmp/all"
	put .portacl/files "$tmp/all"
	put .portacl/patch "$tmp/note"
	changed=0
	while read -r f; do
		[ ! -f "$tmp/new/$f" ] || put "$f" "$tmp/new/$f"
	done < "$tmp/patched"
	while read -r f; do put "$f" "$top/$f"; done < "$tmp/ours"
	say "$tree: portacl is in, $changed files changed"
	remove "$tmp/theirs" "$tmp/ours"
	put .portacl/files "$tmp/ours"
}

# make oldconfig keeps a CONFIG_LSM without portacl, and the module would not start.
check_config() {
	! grep -s '^CONFIG_LSM=' "$tree/.config" | grep -qv portacl ||
		say "$tree/.config: CONFIG_LSM does not list portacl: make it $(
			sed -n 's/^CONFIG_LSM="\(.*\)"/CONFIG_LSM="\1,portacl"/p' \
				"$tree/.config")"
}

is_noted() { [ -s "$note/patch" ]; }

has_hook() { grep -q inet_bind_port "$tree/include/linux/lsm_hook_defs.h"; }

# Versions that the tests build and boot.
warn_untested() {
	v=$(sed -n 's/^VERSION = //p; s/^PATCHLEVEL = //p' "$tree/Makefile" | xargs)
	case $v in
	'6 1'|'6 12'|'7 2') ;;
	*) say "$tree: Linux ${v% *}.${v#* } was never tested with portacl; 6.1, 6.12 and 7.2 were" ;;
	esac
}

# In $tmp/new all that would change in the tree.
prepare() {
	is_noted || ! has_hook ||
		die "$tree: has portacl already, put there by other means: take it out as it was put in (git am, patch -R)"
	warn_untested
	patch_copies
	copy_ours
}

apply() {
	prepare
	must_be_writable
	need 10 "$tree"
	trap '' INT TERM HUP
	install_all
	check_config
}

# For series.sh, on a copy.
patch_only() {
	patch_copies
	cp -a "$tmp/new/." "$tree"
}

check() {
	prepare
	if is_noted; then
		say "$tree: portacl is in, and this version fits"
	else
		say "$tree: portacl fits"
	fi
	check_config
}

undo() {
	is_noted || ! has_hook ||
		die "$tree: portacl is in it, but not by make apply: take it out as it was put in (git am, patch -R)"
	if [ ! -d "$note" ]; then
		say "$tree: portacl is not in it"
		return
	fi
	must_be_writable
	trap '' INT TERM HUP
	while read -r f; do
		[ ! -f "$tmp/old/$f" ] || put "$f" "$tmp/old/$f"
	done < "$tmp/patched"
	remove "$tmp/theirs" /dev/null
	rm -r "$note"
	say "$tree: portacl is out"
}

last=99 action=${2:-apply}
case $#:$action in
1:apply|2:undo|2:check) ;;
2:[1-9]|2:[1-9][0-9]) last=$action action=patch_only ;;
*) die "usage: apply.sh TREE [undo|check|NUMBER]" ;;
esac
[ -n "$1" ] || die "needs KSRC, a kernel source tree, as in: make apply KSRC=/usr/src/linux"
is_kernel "$1" || die "'$1' is no kernel source tree"
tree=$(cd "$1" && pwd)
command -v patch > /dev/null || die "needs patch"
note=$tree/.portacl
changed=0
tmp=$(mktemp -d)
at_exit 'rm -rf "$tmp"'
copy_originals
$action
