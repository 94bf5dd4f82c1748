#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Write portacl as a series for `git am`, made for a kernel tree.
# Usage: series.sh TREE [OUT]      default of OUT: build/series
#
# The tree is only read.  Author and committer are those of git's settings.
set -eu
. "$(dirname "$0")/common.sh"

git_here() {
	git -C "$work/new" -c user.name="$name" -c user.email="$email" \
		-c core.autocrlf=false "$@"
}

# commit PATHS… < message: those of the patched files.
commit() {
	git_here add -f -- "$@"
	git_here commit -q -F -
}

[ $# = 1 ] || [ $# = 2 ] || die "usage: series.sh TREE [OUT]"
[ -f "$1/include/linux/lsm_hook_defs.h" ] || die "'$1' is no kernel source tree"
tree=$(cd "$1" && pwd)
[ ! -d "$tree/.portacl" ] || die "$tree: has portacl already: make unapply first"
out=${2:-$top/build/series}
name=$(git -C "$top" config user.name || echo portacl)
email=$(git -C "$top" config user.email || echo portacl@localhost)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy_touched "$tree" "$work/new"
git_here init -q
git_here add -f .
git_here commit -q -m base
"$top/scripts/apply.sh" "$work/new" > "$work/log" 2>&1 ||
	die_log "$work/log" 5 "$tree: the patch does not fit"
rm -rf "$work/new/.portacl"

commit include/linux/lsm_hook_defs.h include/linux/security.h include/net \
	kernel/bpf net security/security.c Documentation/networking <<'EOM'
security, net: let security modules decide who may bind which port

The rule that ports below 1024 need CAP_NET_BIND_SERVICE stands at four
places and can only be had as a whole or not at all.

Put one helper there and ask the new hook inet_bind_port first, for every
port that a caller chose.  A module may refuse the port, grant it, or
leave it to the old rule; no grant hides another module's refusal.
inet_port_reserved keeps ports out of autobind.  With
CONFIG_INET_PRIVILEGED_PORTS=n the old rule is not compiled in.
EOM
commit security Documentation include <<'EOM'
security: add portacl

A stackable module with a policy keyed on executable path, user and port:

  allow tcp 80,443 exe=/usr/sbin/nginx uid=33 only

grants two ports to a program without root and without a capability, and
denies them to everybody else.  The identity of the program is fixed at
exec.  The policy is written to securityfs and swapped under RCU.
EOM
commit tools <<'EOM'
selftests: add tests of portacl

Every way to bind a port, every way to pose as another program, and the
files in securityfs.
EOM
rm -rf "$out"
mkdir -p "$out"
git_here format-patch -q -o "$out" HEAD~3
say "$(find "$out" -name '*.patch' | wc -l) patches in $out: git am $out/*.patch"
