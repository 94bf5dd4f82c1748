#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Build the Debian package.  Usage: build.sh DIR VERSION CORE...
#   CORE  a source of security/portacl that the tool is compiled with
set -eu
out=$1 version=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
for tool in dh dpkg-buildpackage lintian; do
	command -v $tool > /dev/null || {
		echo "$0: $tool is missing: apt-get install build-essential debhelper lintian" >&2
		exit 1
	}
done
tree=$out/portaclctl-$version
rm -rf "$out"
mkdir -p "$tree/tools" "$tree/security/portacl"
cp -R "$top/tools/portaclctl" "$top/tools/portacl-bpf" "$tree/tools/"
mv "$tree/tools/portaclctl/debian" "$tree/"
# The version stands in the changelog, where the tool's Makefile looks for it.
ln -s ../../debian "$tree/tools/portaclctl/debian"
for name; do cp "$top/security/portacl/$name.c" "$tree/security/portacl/"; done
cp "$top"/security/portacl/*.h "$tree/security/portacl/"
cd "$tree"
dpkg-buildpackage -us -uc -b > "$out/build.log" 2>&1 || {
	tail -n 30 "$out/build.log" >&2
	echo "$0: the package does not build; the log: $out/build.log" >&2
	exit 1
}
lintian --allow-root --fail-on error,warning "$out/"*.changes
ls "$out"/*.deb
