#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/apply.sh, on those files of the trees that Kconfig.patch names.
# Usage: apply_test.sh [--each] [KERNEL…]
#   --each  also with a conflict at each hunk, which takes a second for each
. "$(dirname "$0")/tap.sh"

each=0
[ "${1-}" != --each ] || { each=1; shift; }

apply=$top/scripts/apply.sh
[ $# -gt 0 ] || set -- 6.1 6.12 7.2
last=''
for k; do last=${k%-*}; done

# sparse KERNEL: a tree of the few files that matter, in $tree.
sparse() {
	tree="$tmp/linux $1"
	rm -rf "$tree"
	from=$("$top/scripts/fetch.sh" "$1") || exit 1
	sh -c '. "$0"; copy_touched "$1" "$2"' "$top/scripts/common.sh" "$from" "$tree"
	rm -rf "$tmp/pristine"
	cp -a "$tree" "$tmp/pristine"
}

state() { (cd "$tree" && find . -type f -printf '%p %m %T@\n' -exec md5sum {} +) | sort; }

unchanged() { [ "$(state)" = "$before" ]; }

pristine() { diff -r "$tmp/pristine" "$tree"; }

has_hook() { grep -q inet_bind_port "$tree/include/linux/lsm_hook_defs.h"; }

is_in() {
	has_hook && grep -q portacl "$tree/security/Makefile" &&
		cmp "$tree/security/portacl/lsm.c" "$top/security/portacl/lsm.c"
}

# refused PATTERN [undo]: in one line, and nothing is changed.
refused() {
	before=$(state)
	one_line 1 "$1" "$apply" "$tree" ${2+"$2"} && unchanged
}

fits() {
	before=$(state)
	says 0 "$tree: portacl fits" "$apply" "$tree" check && unchanged
}

# An old configuration is named, with the line that it should have.
old_config() {
	echo 'CONFIG_LSM="yama,bpf"' > "$tree/.config"
	says 0 'make it CONFIG_LSM="yama,bpf,portacl"$' "$apply" "$tree"
}

# Each hunk as it went in, "FILE LINE": the line is the last one before the
# change, for diff may have moved the change by one or two.
hunks() {
	awk '/^--- / { file = substr($2, 3) }
		/^@@ / { split(substr($2, 2), at, ","); print file, at[1] + 2 }' \
		"$tree/.portacl/patch"
}

# A tree that differs in that line is refused by the name of the hunk.
conflicts() {
	while read -r file line; do
		rm -rf "$tree"
		cp -a "$tmp/pristine" "$tree"
		sed -i "$line s/.*/not what the patch expects/" "$tree/$file"
		refused "does not fit, nothing changed: $file: hunk [0-9]+: @@ -" ||
			{ echo "$file, line $line"; return 1; }
	done < "$tmp/hunks"
}

# reset: as git reset --hard does, which keeps what .gitignore covers.
reset() {
	"$apply" "$tree" 2> /dev/null
	(cd "$tmp/pristine" && find . -type f) | while read -r f; do
		cp -p "$tmp/pristine/$f" "$tree/$f"
	done
}

# updated: reset, and then another version, to which the patch of the note does not apply.
updated() {
	reset
	sed -i 's/^ .*inet_bind.*/ another line/; s/^ obj.*/ another line/' "$tree/.portacl/patch"
}

# names_remedy undo|check: and it helps.
names_remedy() {
	refused "changed since .*: rm $tree/.portacl/patch\$" "$1" &&
		rm "$tree/.portacl/patch"
}

says_untested() {
	"$apply" "$tree" check > "$tmp/said" 2>&1
	grep -q 'Linux 6.99 was never tested with portacl' "$tmp/said"
}

# Root can write anywhere.
as_nobody=''
[ "$(id -u)" != 0 ] || as_nobody="setpriv --reuid 65534 --clear-groups env HOME=$tmp"
check_read_only() {
	chmod -R a-w "$tree"
	chmod 755 "$tmp"
	# shellcheck disable=SC2086
	says 0 'portacl fits' $as_nobody "$tmp/checkout/scripts/apply.sh" "$tree" check
}

# killed APPLY COMMAND NUMBER: when it calls the command for that time.
killed() {
	instead "$2" "echo >> '$tmp/calls'; [ \$(wc -l < '$tmp/calls') -lt $3 ] ||
		kill -9 \$PPID; exec /bin/$2 \"\$@\""
	: > "$tmp/calls"
	env PATH="$tmp/bin:$PATH" TMPDIR="$tmp" "$1" "$tree"
	rc=$?
	rm "$tmp/bin/$2"
	[ $rc = 137 ]
}

# continues NUMBER: a second run after a killed one, and undo.
continues() {
	killed "$apply" mv "$1" || return
	rm -rf "$tmp/killed"
	cp -a "$tree" "$tmp/killed"
	says 0 'portacl is in' "$apply" "$tree" && diff -r "$tmp/over" "$tree" || return
	rm -rf "$tree"
	mv "$tmp/killed" "$tree"
	says 0 'portacl is out' "$apply" "$tree" undo && pristine
}

# Of the tree another user may own a part.
part_read_only() {
	chmod a-w "$tree/net/ipv4"
	chmod 755 "$tmp"
	[ "$(id -u)" != 0 ] || chown -R 65534 "$tree"
	before=$(state)
	# shellcheck disable=SC2086
	one_line 1 'net/ipv4: cannot be written to' $as_nobody "$tmp/checkout/scripts/apply.sh" "$tree" &&
		unchanged && [ ! -e "$tree/security/portacl" ]
}

plan $(($# * (7 + each) + 27))
for k; do
	k=${k%-*}
	sparse "$k"
	ok "$k: has no hook of its own" eval '! has_hook'
	ok "$k: fits" fits
	ok "$k: applies" says 0 'portacl is in' "$apply" "$tree"
	ok "$k: all is there" is_in
	before=$(state)
	ok "$k: a second time" says 0 ', 0 files changed' "$apply" "$tree"
	ok "$k: changes nothing" unchanged
	hunks > "$tmp/hunks"
	says 0 'portacl is out' "$apply" "$tree" undo
	ok "$k: undone byte for byte" pristine
	[ $each = 0 ] || ok "$k: a conflict at each of $(wc -l < "$tmp/hunks") hunks" conflicts
done

sparse "$last"
sed -i 's/inet->inet_saddr = addr->sin_addr/inet->other = addr->sin_addr/;
	s/BIND_NO_CAP_NET_BIND_SERVICE/BIND_OTHER/' "$tree/net/ipv4/af_inet.c"
ok "a tree that differs is refused" \
	refused 'net/ipv4/af_inet.c: hunk [0-9]+: @@ -'
ok "and by check" eval 'before=$(state); one_line 1 "hunk [0-9]+: @@ -" \
	"$apply" "$tree" check && unchanged'
sparse "$last"
ok "a configuration without it" old_config
sparse "$last"
rm "$tree/net/sctp/socket.c"
ok "a tree without a file is refused" \
	refused 'net/sctp/socket.c: no such file'
sparse "$last"
mkdir "$tree/security/portacl"
echo other > "$tree/security/portacl/lsm.c"
ok "a tree with a file of its own is refused" \
	refused 'has a security/portacl/lsm.c of its own'

sparse "$last"
"$apply" "$tree" 2> /dev/null
rm -r "$tree/.portacl"
ok "portacl by other means is refused" refused 'by other means'

sparse "$last"
"$apply" "$tree" 2> /dev/null
echo '/* mine */' >> "$tree/net/ipv4/af_inet.c"
echo '/* mine */' >> "$tmp/pristine/net/ipv4/af_inet.c"
says 0 'portacl is out' "$apply" "$tree" undo
ok "undo keeps what was changed elsewhere" pristine

sparse "$last"
"$apply" "$tree" 2> /dev/null
sed -i '/inet_bind_port/d' "$tree/include/linux/lsm_hook_defs.h"
ok "undo refuses a tree that was changed" \
	refused 'changed since portacl was put in' undo

# A later version of the patch and of our files goes over an earlier one.
sparse "$last"
mkdir "$tmp/earlier"
cp -a "$top/scripts" "$top/security" "$top/tools" "$top/Kconfig.patch" \
	"$tmp/earlier"
mkdir "$tmp/earlier/Documentation"
sed -i 's/LSM_HOOK(int, 0, inet_bind_port/LSM_HOOK(int, 1, inet_bind_port/' \
	"$tmp/earlier/Kconfig.patch"
echo old > "$tmp/earlier/security/portacl/old.c"
"$tmp/earlier/scripts/apply.sh" "$tree" 2> /dev/null
"$apply" "$tree" 2> /dev/null
mv "$tree" "$tmp/over"
sparse "$last"
"$apply" "$tree" 2> /dev/null
ok "a later version over an earlier one" diff -r "$tmp/over" "$tree"

sparse "$last"
ok "a run that was killed before the first change is continued" continues 2
ok "one that was killed after some, too" continues 8
sparse "$last"
"$tmp/earlier/scripts/apply.sh" "$tree" 2> /dev/null
cp -al "$tree" "$tmp/linked"
cp -a "$tree" "$tmp/before"
killed "$apply" mv 7
ok "one over an earlier version, too" eval 'says 0 "portacl is in" "$apply" "$tree" &&
	diff -r "$tmp/over" "$tree"'
ok "hard links to the tree keep what they had" diff -r "$tmp/before" "$tmp/linked"
sparse "$last"
mkdir "$tree/.portacl"
ok "an empty note is none" says 0 'portacl is in' "$apply" "$tree"
sparse "$last"
mkdir "$tmp/checkout"
cp -r "$top/Kconfig.patch" "$top/Documentation" "$top/scripts" "$top/security" "$top/tools" "$tmp/checkout"
ok "a directory that cannot be written to" part_read_only
chmod -R u+w "$tree"

sparse "$last"
reset
ok "a tree that was reset fits" says 0 'this version fits' "$apply" "$tree" check
ok "and takes it again" eval 'says 0 "portacl is in" "$apply" "$tree" && is_in'
reset
ok "or gets rid of what is left" \
	eval 'says 0 "portacl is out" "$apply" "$tree" undo && pristine'

updated
ok "after an update as well the remedy is named" names_remedy check
ok "with it, the tree takes portacl" eval 'says 0 "portacl is in" "$apply" "$tree" && is_in'
updated
ok "undo names it, too" names_remedy undo
ok "and gets rid of what is left" \
	eval 'says 0 "portacl is out" "$apply" "$tree" undo && pristine'

sparse "$last"
sed -i 's/^VERSION = .*/VERSION = 6/; s/^PATCHLEVEL = .*/PATCHLEVEL = 99/' "$tree/Makefile"
ok "a version that was never tested is named" says_untested

sparse "$last"
mv "$tree" "$tmp/real"
cp -as "$tmp/real" "$tree"
ok "a tree of symbolic links" eval 'says 0 "portacl is in" "$apply" "$tree" && is_in'
ok "what they lead to stays" diff -r "$tmp/pristine" "$tmp/real"

sparse "$last"
"$apply" "$tree" 2> /dev/null
rm -r "$tree/.portacl"
ok "undo does not deny portacl by other means" \
	refused 'portacl is in it, but not by make apply' undo

sparse "$last"
ok "a tree that is only read can be checked" check_read_only
chmod -R u+w "$tree"
