# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# A folder includes only from folders below it: then there are no circles.

lower='lib kernel policy system lint'
# includes FOLDER: the folders that it includes from
includes() {
	sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$src/$1"/*.[ch] | sort -u
}
: > out
below=
for folder in $lower explain import learn load; do
	case " $lower " in
	*" $folder "*) below="$below $folder" allowed=$below ;;
	*) allowed="$below $folder" ;;
	esac
	for other in $(includes "$folder"); do
		case " $allowed " in
		*" $other "*) ;;
		*) echo "$folder/ includes from $other/" >> out ;;
		esac
	done
	if grep -l '^#include "commands.h"' "$src/$folder"/*.[ch] >> out; then
		echo "$folder/ includes from above" >> out
	fi
done
[ ! -s out ] && [ -n "$(includes system)" ]
point $? "layout: each folder includes from those below it alone"

# A source and its header are one module.
(cd "$src" && grep '^#include "' ./*.[ch] ./*/*.[ch]) |
	sed -n 's|^\./\(.*\)\.[ch]:#include "\(.*\)\.h"$|\1 \2|p' |
	awk '$1 != $2' > modules
tsort modules > sorted 2> out
[ "$(wc -l < sorted)" -gt 90 ] && [ ! -s out ]
point $? "layout: no two modules include each other, directly or not"
