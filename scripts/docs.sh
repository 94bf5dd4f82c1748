#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Render Documentation/ as HTML with the kernel's own Sphinx configuration.
# Usage: docs.sh [DIR]     default: build/html
# Every warning of Sphinx and of kernel-doc is printed; the exit status is 1 then.
set -eu
. "$(dirname "$0")/common.sh"

out=${1:-$top/build/html}
"$top/scripts/setup.sh" docs
tree=$("$top/scripts/fetch.sh" 7.2)
room=$(mktemp -d)
at_exit 'rm -rf "$room"'
docs=$room/Documentation
mkdir -p "$docs" "$room/security" "$out"
out=$(cd "$out" && pwd)
cp -r "$tree/Documentation/conf.py" "$tree/Documentation/sphinx" \
	"$tree/Documentation/sphinx-static" "$tree/Documentation/images" \
	"$top/Documentation/"* "$docs"
ln -s "$tree/scripts" "$tree/tools" "$tree/MAINTAINERS" "$room"
ln -s "$top/security/portacl" "$room/security"
cat > "$docs/index.rst" << 'EOI'
portacl
=======

.. toctree::
   :glob:

   admin-guide/*
   admin-guide/LSM/portacl
   security/*
EOI
cd "$docs"
srctree=$room KERNELVERSION=7.2 KERNELRELEASE=7.2 BUILDDIR=$out \
	PYTHONPATH=$tree/tools/lib/python PYTHONDONTWRITEBYTECODE=1 \
	sphinx-build -q -b html -c . . "$out" > "$room/log" 2>&1 ||
	die_text "$room/log" "sphinx-build failed"
# The kernel's configuration says which theme it found, and misses graphviz.
grep -v -e '^Using .* theme$' -e 'dot(1) not found' "$room/log" |
	sed "s,$room/,,g" | grep . && exit 1
say "$out/index.html"
