#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Check the style of the sources and documents: every line printed is a fault.
set -eu
. "$(dirname "$0")/common.sh"

faults=$(mktemp)
at_exit 'rm -f "$faults" .checkpatch-camelcase.*'
"$top/scripts/setup.sh" build lint pictures
tree=$("$top/scripts/fetch.sh" 7.2)
cd "$top"

# Also in a checkout of another user.
files=$(git -c safe.directory='*' -c core.quotePath=off ls-files)

# Words that codespell would correct and that are right here.
words=chekc,nd,ot,passt,ser,te
gate() { say "$1"; }

# Strictly for what goes into the kernel; errors for what runs beside it.
gate "checkpatch"
find security -name '*.[ch]' -exec perl "$tree/scripts/checkpatch.pl" \
	--no-tree --strict --terse --show-types \
	--ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON,AVOID_EXTERNS \
	--ignore UNDOCUMENTED_SETUP,LEADING_SPACE,OPEN_ENDED_LINE \
	--ignore PARENTHESIS_ALIGNMENT,LONG_LINE,PREFER_DEFINED_BIT_MACRO \
	--ignore BIT_MACRO,MACRO_ARG_UNUSED -f {} + | grep -v '^total\|^$' >> "$faults" || :
find tools -name '*.[ch]' -not -path '*/kernel/include/*' -exec \
	perl "$tree/scripts/checkpatch.pl" --no-tree --terse -f {} + |
	grep ': ERROR' >> "$faults" || :

gate "kernel-doc"
for f in security/portacl/*.[ch]; do
	PYTHONPATH=$tree/tools/lib/python "$tree/scripts/kernel-doc" \
		-Werror -none "$f" >> "$faults" 2>&1 || :
done

gate "documents"
scripts/docs.sh >> "$faults" || echo "Documentation: make html fails" >> "$faults"

# Another version of dot may place the words differently.
gate "pictures"
labels() { sed -n 's,.*<text[^>]*>\(.*\)</text>,\1,p' | sort; }
for dot in $(echo "$files" | grep '\.dot$'); do
	svg=${dot%.dot}.svg
	[ "$(dot -Tsvg "$dot" | labels)" = "$(labels < "$svg")" ] ||
		echo "$svg: not drawn from $dot: make pictures" >> "$faults"
done

gate "spelling"
echo "$files" | grep -v -e '\.svg$' -e /corpus/ | tr '\n' '\0' |
	xargs -0 codespell -L "$words" >> "$faults" || :

gate "versions"
grep -rln 'LINUX_VERSION_CODE\|KERNEL_VERSION' security |
	grep -v 'compat\.h$' >> "$faults" || :

gate "shell"
shellcheck -x -e SC1091,SC2034,SC2154 scripts/*.sh scripts/*/*.sh >> "$faults" || :

# Each report has a test, and each test of a report stands in the table.
gate "reports"
reports=Documentation/security/portacl-reports.rst
ids() {
	grep -rhoE '\b(R[0-9]{2}\b|r[0-9]{2}_)' "$@" | tr -d _ | tr r R | sort -u
}
{ ids "$reports"; ids tools/portaclctl/tests tools/testing/selftests/portacl; } |
	sort | uniq -u | sed "s,\$,: not both in $reports and in a test," >> "$faults"

gate "results"
scripts/proof/proof.sh --page | cmp -s - Documentation/tests/README.md ||
	echo "Documentation/tests/README.md: not made by make proof" >> "$faults"

gate "compiler and sparse"
for k in 6.1 6.12 7.2; do
	"$top/scripts/build.sh" -o "$k"
	exec 9> "$cache/$k/lock"
	flock 9
	# Another checkout may have put its sources there in the meantime.
	"$top/scripts/apply.sh" "$cache/$k/src"
	rm -f "$cache/$k/build/security/portacl/"*.o
	make -C "$cache/$k/src" O="$cache/$k/build" W=1 C=1 \
		CF='-Wsparse-error -D__CHECK_ENDIAN__' \
		security/portacl/ > "build/$k/lint.log" 2>&1 ||
		echo "build/$k/lint.log: does not compile" >> "$faults"
	grep -E 'portacl/.*(warning|error):' "build/$k/lint.log" >> "$faults" || :
	exec 9>&-
done

if [ -s "$faults" ]; then
	cat "$faults"
	die "$(wc -l < "$faults") faults"
fi
say "no faults"
