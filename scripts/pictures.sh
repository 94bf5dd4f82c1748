#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Draw the pictures of the documents: Documentation/**/NAME.dot as NAME.svg beside
# it, and the plots of Documentation/bench from its tables.
set -eu
. "$(dirname "$0")/common.sh"

"$top/scripts/setup.sh" pictures
cd "$top/Documentation"
find . -name '*.dot' -exec sh -c 'dot -Tsvg "$1" -o "${1%.dot}.svg"' sh {} \;
for table in bench/*.txt; do
	kernel=$(basename "$table" .txt)
	gnuplot -e "data='$table'; out='bench/$kernel.svg'; kernel='$kernel'" \
		"$top/scripts/bench/plot.gp"
done
