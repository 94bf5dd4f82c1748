#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Write portacl for one kernel as one plain patch, new files included, for
# patch -p1, git apply, quilt and the build systems of distributions.
# Usage: patch.sh K [OUT]      K: 6.1, 6.12, 7.2 or latest
#                              default of OUT: build/portacl-K.patch
set -eu
. "$(dirname "$0")/common.sh"

# The paths begin with a/ and b/; git's own settings do not matter.
print_patch() {
	echo "portacl for Linux $k, made from linux-source-$k $(
		cat "$tree/.portacl-version").  Apply it with: patch -p1"
	echo
	(cd "$tmp" && GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		git diff --no-index --no-prefix --no-renames --full-index a b) |
		sed 's,^diff --git b/,diff --git a/,'
}

k=${1-}
[ $# = 1 ] || [ $# = 2 ] || die "usage: patch.sh K [OUT]"
known_kernel "$k"
for c in git patch; do
	command -v $c > /dev/null || die "needs $c; on Debian, as root: apt-get install $c"
done
tree=$("$top/scripts/fetch.sh" "$k")
[ "$k" != latest ] || k=${tree##*/}
out=${2:-$top/build/portacl-$k.patch}
mkdir -p "$(dirname "$out")"
tmp=$(mktemp -d)
at_exit 'rm -rf "$tmp"'
copy_touched "$tree" "$tmp/a"
cp -a "$tmp/a" "$tmp/b"
"$top/scripts/apply.sh" "$tmp/b" > "$tmp/log" 2>&1 ||
	die_text "$tmp/log" "$k: the patch does not fit"
rm -r "$tmp/b/.portacl"
print_patch > "$tmp/patch"
grep -q '^+++ b/security/portacl/' "$tmp/patch" || die "$k: git diff failed"
mv "$tmp/patch" "$out"
say "$out"
