#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Write portacl as a series for `git am`, made for a kernel tree.
# Usage: series.sh TREE [OUT]      default of OUT: build/series
#
# The tree is only read, and of OUT only patches are replaced.  Author, committer and
# Signed-off-by are those of git's settings; no other setting matters.  scripts/series/
# has the message of each patch; before the message stand the files of security/portacl
# (core:) and others (files:) that it adds.  For a tree that needs none of it, the code
# for older kernels is left out.
set -eu
. "$(dirname "$0")/common.sh"

messages=$top/scripts/series
core=security/portacl

git_here() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		git -C "$work/new" -c user.name="$name" -c user.email="$email" "$@"
}

# field KEY MESSAGE: the words of the lines `KEY: WORD…`.
field() { sed -n "s/^$1: //p" "$2"; }

# add PATH…: from the complete tree.
add() { (cd "$work/full" && cp -rp --parents -- "$@" "$work/new"); }

add_core() {
	for name; do
		for f in "$work/full/$core/$name".[ch]; do
			[ ! -f "$f" ] || add "${f#"$work/full/"}"
		done
	done
}

# In the Makefile only objects whose source is there by now; what belongs to
# boot.c or to the KUnit tests comes with them.
trim_makefile() {
	[ ! -d "$work/new/$core/tests" ] || { add $core/Makefile; return; }
	awk -v dir="$work/new/$core" '
		function there(object, file, line, found) {
			file = dir "/" substr(object, 1, length(object) - 1) "c"
			found = (getline line < file) > 0
			close(file)
			return found
		}
		/^CFLAGS_/ && !there(substr($1, 8)) { next }
		/^portacl-/ || joined { joined = joined $0 }
		!joined { print }
		joined && /\\$/ { sub(/\\$/, "", joined) }
		joined && !/\\$/ {
			$0 = joined
			joined = ""
			out = $1 " " $2
			for (i = n = 3; i <= NF; i++) {
				if (!there($i)) continue
				if (length(out) + length($i) > 70) {
					print out " \\"
					out = "\t    "
				}
				out = out " " $i
				n++
			}
			if (n > 3) print out
		}' "$work/full/$core/Makefile" > "$work/new/$core/Makefile"
	[ -f "$work/new/$core/boot.c" ] ||
		sed -i '/^# A name that/,/^endif/d' "$work/new/$core/Makefile"
}

# No blank line at the end
strip_end() { sed -i -e ':a' -e '/^\n*$/{$d;N;ba' -e '}' "$@"; }

# The options whose code is there.
trim_kconfig() {
	skip=''
	[ -f "$work/new/$core/boot.c" ] || skip="$skip SECURITY_PORTACL_BOOT_POLICY"
	[ -d "$work/new/$core/tests" ] || skip="$skip SECURITY_PORTACL_KUNIT_TEST"
	awk -v skip="$skip " '
		/^config / { off = index(skip, " " $2 " ") }
		!off { print }' "$work/full/$core/Kconfig" > "$work/new/$core/Kconfig"
}

# The tree has all that compat.h stands in for: leave it out, and take the next
# free number for the module.
strip_compat() {
	cd "$work/full"
	unifdef -m -UCOMPAT_LSM_INFO_NAME $core/lsm.c || [ $? = 1 ]
	sed -i 's/\<COMPAT_BPRM_FILE\>/const struct file/; s/__lsm_ro_after_init/__ro_after_init/' \
		$core/*.c $core/tests/*.c
	sed -i '/compat\.h/d' $core/Makefile
	rm $core/compat.h
	sed -i '/^\/\* A private number/d; s/0x706f7274/LSM_ID_PORTACL/' $core/hooks.c
	sed -i 's,0x706f7274:.*,LSM_ID_PORTACL:,' \
		tools/testing/selftests/lsm/lsm_list_modules_test.c
	n=$(awk '/^#define LSM_ID_/ && $3 > n { n = $3 } END { print n + 1 }' \
		include/uapi/linux/lsm.h)
	sed -i "/^#define LSM_ID_[A-Z]*[[:blank:]]*$((n - 1))\$/a #define LSM_ID_PORTACL		$n" \
		include/uapi/linux/lsm.h
	sed -i "s/^KernelVersion:.*/KernelVersion:	$version.$((level + 1))/" \
		Documentation/ABI/testing/securityfs-portacl
	cd "$top"
}

maintainers_entry() {
	cat << EOE
PORTACL SECURITY MODULE
M:	$name <$email>
L:	linux-security-module@vger.kernel.org
S:	Maintained
F:	Documentation/ABI/testing/securityfs-portacl
F:	Documentation/admin-guide/LSM/portacl*
F:	Documentation/security/portacl*.rst
F:	security/portacl/
F:	tools/testing/selftests/portacl/

EOE
}

# In its place in the alphabet.  Some entries of the list are out of order, so
# compare with those under the same letter only.
add_maintainers() {
	maintainers_entry > "$work/entry"
	awk -v entry="$work/entry" '
		/^Maintainers List/ { list = 1 }
		list && !done && prev == "" && /^P/ && $0 > "PORTACL" {
			while ((getline line < entry) > 0) print line
			done = 1
		}
		{ print; prev = $0 }' "$tree/MAINTAINERS" > "$work/full/MAINTAINERS"
}

# commit MESSAGE: what the patch of that number has by now.
commit() {
	number=$(basename "$1")
	number=${number%%-*}
	rm -rf "$work/step"
	cp -a "$work/base" "$work/step"
	"$top/scripts/apply.sh" "$work/step" "${number#0}" > "$work/log" 2>&1 ||
		die_text "$work/log" "$tree: the patch does not fit"
	cp -a "$work/step/." "$work/new"
	# shellcheck disable=SC2046
	add_core $(field core "$1")
	# shellcheck disable=SC2046
	set -- "$1" $(field files "$1")
	message=$1
	shift
	# The step has brought back what was stripped.
	files="$files $*"
	for f in $files; do [ ! -e "$work/full/$f" ] || add "$f"; done
	if [ -f "$work/new/$core/Kconfig" ]; then
		trim_makefile
		trim_kconfig
		strip_end "$work/new/$core/Makefile" "$work/new/$core/Kconfig"
	fi
	git_here add -f -A
	sed '/^core: /d; /^files: /d' "$message" | sed '/./,$!d' |
		git_here commit -q ${signed:+-s} -F -
}

[ $# = 1 ] || [ $# = 2 ] || die "usage: series.sh TREE [OUT]"
[ -f "$1/include/linux/lsm_hook_defs.h" ] || die "'$1' is no kernel source tree"
tree=$(cd "$1" && pwd)
[ ! -d "$tree/.portacl" ] || die "$tree: has portacl already: make unapply first"
for c in git patch unifdef; do
	command -v $c > /dev/null || die "needs $c; on Debian, as root: apt-get install $c"
done
# As for a hook: git would take another repository for ours.
# shellcheck disable=SC2046
unset $(git rev-parse --local-env-vars)
out=${2:-$top/build/series}
mkdir -p "$out"
out=$(cd "$out" && pwd)
signed=yes files=''
name=$(git -C "$top" config user.name || echo portacl)
email=$(git -C "$top" config user.email || echo portacl@localhost)
[ "$email" != portacl@localhost ] || {
	say "no Signed-off-by: set user.name and user.email by git config"
	signed=''
}
version=$(sed -n 's/^VERSION = //p' "$tree/Makefile")
level=$(sed -n 's/^PATCHLEVEL = //p' "$tree/Makefile")
work=$(mktemp -d)
at_exit 'rm -rf "$work"'
copy_touched "$tree" "$work/base"
for f in include/uapi/linux/lsm.h MAINTAINERS; do
	[ ! -f "$tree/$f" ] || (cd "$tree" && cp -p --parents "$f" "$work/base")
done
cp -a "$work/base" "$work/full"
cp -a "$work/base" "$work/new"
git_here init -q
git_here add -f .
git_here commit -q -m base
"$top/scripts/apply.sh" "$work/full" > "$work/log" 2>&1 ||
	die_text "$work/log" "$tree: the patch does not fit"
rm -rf "$work/full/.portacl"
# 6.19 is the newest version that compat.h knows of.
if [ "$version" -gt 6 ] || [ "$version.$level" = 6.19 ]; then strip_compat; fi
add_maintainers
for m in "$messages"/[0-9]*; do commit "$m"; done
diff -r -x .git "$work/full" "$work/new" > "$work/log" ||
	die_text "$work/log" "some files are in no patch"
rm -f "$out"/[0-9][0-9][0-9][0-9]-*.patch
n=$(find "$messages" -name '[0-9]*' | wc -l)
git_here format-patch -q --cover-letter -o "$out" "HEAD~$n"
{
	sed '/^Subject: /q' "$out"/0000-* | sed "s/\*\*\* SUBJECT HERE \*\*\*/$(head -n 1 "$messages/cover")/"
	sed 1d "$messages/cover"
	echo
	sed -n '/^\*\*\* BLURB/,$p' "$out"/0000-* | sed 1,2d
} > "$work/cover"
mv "$work/cover" "$(echo "$out"/0000-*)"
say "$n patches and a cover letter in $out: git am $out/*.patch"
