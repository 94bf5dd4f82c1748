#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/tap.awk counts what it is given, and what it is not given; scripts/total.sh
# adds up the counts, and scripts/stock.awk knows what is expected to fail.
. "$(dirname "$0")/tap.sh"

# counts PASSED FAILED SKIPPED, of what is in $text.
counts() {
	printf '%s\n' "$text" | awk -f "$top/scripts/tap.awk" -v name=x |
		tee "$tmp/said" | tail -n 1 | grep -qx "count $*"
}

shows() { grep -qF -- "$1" "$tmp/said"; }

begin='## begin t'

plan 24
text="$begin
1..3
ok 1 a
ok 2 b # SKIP no such thing
# why
not ok 3 c
## end t 1"
ok "one of each" counts 1 1 1
ok "a skip shows its reason" shows 'b: no such thing'
ok "a failure shows what was said before" shows '# why'
text="$begin
1..2
ok 1 a
## end t 0"
ok "a point that did not come" counts 1 1 0
text="$begin
## end t 0"
ok "no plan" counts 0 1 0
text="$begin
1..1
ok 1 a
## end t 139"
ok "a crash at the end" counts 1 1 0
text="## expect t
## expect u
$begin
1..1
ok 1 a
## end t 0"
ok "a test that did not come" counts 1 1 0
text="## expect t
$begin
1..1
ok 1 a"
ok "a test that did not end" counts 1 1 0
text="$begin
1..1
ok 1 a
## end t 0
## boot 1"
ok "a kernel that complained" counts 1 1 0
text="## expect t strict
$begin
1..1
ok 1 a # SKIP b
## end t 4"
ok "nothing but skips where there must be more" counts 0 1 1
text="## expect t
$begin
1..1
ok 1 a # SKIP b
## end t 4"
ok "nothing but skips where there need not be" counts 0 0 1
text="## expect t
$begin
1..0 # SKIP no such thing
## end t 4"
ok "all skipped at once" counts 0 0 1
ok "that shows its reason" shows 'skip x t: all: no such thing'
text="## expect t strict
$begin
1..0 # SKIP no such thing
## end t 4"
ok "all skipped at once where there must be more" counts 0 1 1
text="$begin
KTAP version 1
1..2
    1..2
    ok 1 a
        ok 1 one
        ok 2 two
    ok 2 b
ok 1 suite
    1..2
    ok 1 a
    not ok 2 b
not ok 2 suite
## end t 0"
ok "nested, only the innermost" counts 4 1 0
text="$begin
1..1
    1..3
    ok 1 a
    ok 2 b
ok 1 suite
## end t 0"
ok "nested, a point that did not come" counts 2 1 0
text="$begin
1..1
ok 1 a
ok 2 b
## end t 0"
ok "more than planned" counts 2 1 0
# compared STATUS PASSED EXPECTED SKIPPED UNEXPECTED, of what is in $text.
compared() {
	printf 'test t\nfail 6.1,6.12 t b.* why\n' > "$tmp/list"
	printf '%s\n' "$text" > "$tmp/text"
	says "$1" "^stock-6.1: $2 passed, $3 failed as expected, $4 skipped, $5 unexpected$" \
		awk -f "$top/scripts/stock.awk" -v kernel=6.1 -v only= -v note=/dev/null \
		"$tmp/list" "$tmp/text"
}

three="$begin
1..3
ok 1 a
not ok 2 b.one
ok 3 c # SKIP no such thing"
text="$three
## end t 1"
ok "a stock kernel: a point fails as expected" compared 0 1 1 1 0
ok "a skip shows its reason" shows 'skip stock-6.1 t: c: no such thing'
text="$three
## end t 139"
ok "a crash at the end" compared 1 1 1 1 1
text="$begin
1..2
ok 1 a
ok 2 b.one
## end t 0"
ok "a point that should fail passes" compared 1 2 0 0 1
text="$begin
1..2
not ok 1 a
not ok 2 b.one
## end t 1"
ok "a point fails that should not" compared 1 0 1 0 1

mkdir "$tmp/results"
printf 'skip a: x: why\ncount 2 0 1\n' > "$tmp/results/a.out"
ok "the sum" says 0 '^2 passed, 0 failed, 1 skipped$' "$top/scripts/total.sh" "$tmp/results"
: > "$tmp/results/b.out"
ok "a job that was killed" says 1 '^2 passed, 1 failed, 1 skipped$' \
	"$top/scripts/total.sh" "$tmp/results"
