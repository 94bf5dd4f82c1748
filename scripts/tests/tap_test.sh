#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# scripts/tap.awk counts what it is given, and what it is not given; scripts/total.sh
# adds up the counts, and scripts/stock.awk knows what is expected to fail.
# scripts/proof/proof.sh notes them, and the tests of kernels judge what they print.
. "$(dirname "$0")/tap.sh"

# counts PASSED FAILED SKIPPED, of what is in $text.
counts() {
	printf '%s\n' "$text" | awk -f "$top/scripts/tap.awk" -v name=x |
		tee "$tmp/said" | tail -n 1 | grep -qx "count $*"
}

shows() { grep -qF -- "$1" "$tmp/said"; }

begin='## begin t'

plan 44
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
		awk -f "$top/scripts/stock.awk" -v kernel=6.1 -v only= -v note="$tmp/note" \
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
ok "it is noted apart" grep -x 'count 1 0 1 1' "$tmp/note"
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

# stub: a checkout in which boot.sh prints $text and nothing is installed or built.
stub=$tmp/stub
export PORTACL_CACHE="$tmp/cache"
mkdir -p "$stub/tools" "$stub/build/results" "$PORTACL_CACHE"
cp -r "$top/scripts" "$top/security" "$top/Kconfig.patch" "$stub"

# proof: note what is in $stub/build/results.
proof() { "$stub/scripts/proof/proof.sh"; }

# has_row ROW: in the page.
has_row() { grep -F -- "| $1 |" "$stub/Documentation/tests/README.md"; }

echo '2026-01-01 abc' > "$stub/build/results/tested"
echo 'count 3 0 1' > "$stub/build/results/usage.out"
: > "$stub/build/results/tap.out"
ok "proof.sh: a job that was killed" eval \
	'proof && has_row "tap | \`make test\` | - | 2026-01-01 | abc | 0 | 1 | 0"'
ok "proof.sh: one that ended" has_row 'usage | `make test` | - | 2026-01-01 | abc | 3 | 0 | 1'
ok "proof.sh: a kernel that was not tested" has_row \
	'peers | `make test-peers` | 7.2 | never | - | - | - | -'
mkdir "$stub/build/noted"
echo 'count 5 0 2 4' > "$stub/build/noted/bpf-6.1.out"
ok "proof.sh: failures that are expected" eval \
	'proof && has_row "bpf | \`make test-stock\` | 6.1 | 2026-01-01 | abc | 5 | 0, 4 expected | 2"'
ok "proof.sh --page: the same page" eval \
	'"$stub/scripts/proof/proof.sh" --page | cmp - "$stub/Documentation/tests/README.md"'
echo 'count 1 0 0' > "$stub/build/results/nosuch.out"
ok "proof.sh: a test without a row" says 1 'nosuch: no line in .*scripts/proof/tests$' proof
for t in "$top"/scripts/tests/*_test.sh; do basename "$t" _test.sh; done > "$tmp/tests"
sed '/^#/d; s/\t.*//' "$top/scripts/proof/tests" > "$tmp/rows"
ok "each test has a row" eval '! grep -vxFf "$tmp/rows" "$tmp/tests"'

# gate: take one out.  The output of boot.sh is $before until the kernel is edited.
gate() {
	mkdir -p "$stub/Documentation" "$stub/tools/testing"
	printf '%s\n' "$before" > "$PORTACL_CACHE/before"
	printf '%s\n' "$text" > "$PORTACL_CACHE/after"
	cat > "$stub/scripts/build.sh" <<-'END'
	#!/bin/sh
	mkdir -p "$(dirname "$0")/../build/6.12"
	echo stamp > "$(dirname "$0")/../build/6.12/stamp"
	END
	cat > "$stub/scripts/boot.sh" <<-END
	#!/bin/sh
	case \$0 in "$stub"/*) cat "$PORTACL_CACHE/before" ;; *) cat "$PORTACL_CACHE/after" ;; esac
	END
	"$stub/scripts/tests/gates_test.sh" 6.12 chroot > "$tmp/said" 2>&1
	cat "$tmp/said"
}

passed="$begin
1..1
ok 1 a
## end t 0"
failed="$begin
1..1
not ok 1 a
## end t 1"
before=$passed text=$failed
ok "gates: a test fails without the gate" eval \
	'gate && ! grep -E "^not ok .*(chroot|with each gate)$" "$tmp/said"'
text="$begin
## end t 124"
ok "gates: a time limit is no failure" eval 'gate; grep "^not ok .* chroot" "$tmp/said"'
before=$failed text=$failed
ok "gates: a test that fails with the gate, too" eval \
	'gate; grep "^not ok 1 identity_root_test, with each gate" "$tmp/said"'
before="$begin
## end t 124"
ok "gates: a test that never ends" eval \
	'gate; grep "^not ok 1 identity_root_test, with each gate" "$tmp/said"'

# peers STATUS PATTERN: boot.sh prints $text and ends so; the test reports that.
peers() {
	theirs=$PORTACL_CACHE/6.12/src/tools/testing/selftests/net
	mkdir -p "$theirs/mptcp"
	touch "$theirs/a.sh" "$theirs/mptcp/b.sh"
	for s in setup build fetch; do printf '#!/bin/sh\n' > "$stub/scripts/$s.sh"; done
	printf '%s\n' "$text" > "$PORTACL_CACHE/peers"
	printf '#!/bin/sh\ncat "%s"\nexit %s\n' "$PORTACL_CACHE/peers" "$1" > "$stub/scripts/boot.sh"
	instead make ''
	PATH="$tmp/bin:$PATH" "$stub/scripts/tests/peers_test.sh" 6.12 > "$tmp/said" 2>&1
	cat "$tmp/said"
	grep -E "$2" "$tmp/said"
}

# each LINE STATUS: what twelve programs print.
each() {
	for t in landlock/a seccomp/a net/a net/b net/c net/d net/e net/f net/g net/h net/i net/j; do
		printf '## begin %s\n%s\n## end %s %s\n' "$t" "$1" "$t" "$2"
	done
	echo '## complete'
}

text=$(each 'ok 1 a' 0)
ok "peers: the tests pass" eval 'peers 0 "^ok 5" && ! grep "^not ok" "$tmp/said"'
ok "peers: the kernel complained" peers 1 '^not ok .* an empty policy changes no result'
text=$(each 'not ok 1 a' 1)
ok "peers: all of them fail alike" peers 0 '^not ok .* most of them pass'

# machine LINE: the console's log of a machine that reports one point.
machine() {
	printf '%s\r\n' '[    0.000000] Linux' "$1" > "$tmp/log"
	printf '%s\n' 'ok a' '## phase 1 done' > "$tmp/points"
	log=$tmp/log release=r bash -c \
		'top=$0 tmp=$1 points=0; . "$top/scripts/tests/machine.sh"; guest_points 1' "$top" "$tmp" > "$tmp/said" 2>&1
	cat "$tmp/said"
}

ok "a machine: its points" eval 'machine ok; [ "$(cat "$tmp/said")" = "ok 1 r: a" ]'
ok "a machine: the kernel complained" eval \
	'machine "[    1.000000] WARNING: CPU: 0 PID: 1" &&
	grep "^not ok 2 r: boot 1: the kernel complained" "$tmp/said"'
ok "a machine: another warning" eval \
	'machine "[    1.000000] x: WARNING: y"; [ "$(cat "$tmp/said")" = "ok 1 r: a" ]'

# kselftest: make run_tests prints $text.
kselftest() {
	printf '%s\n' "$text" > "$PORTACL_CACHE/peers"
	printf '#!/bin/sh\ncat "%s"\n' "$PORTACL_CACHE/peers" > "$stub/scripts/boot.sh"
	PATH="$tmp/bin:$PATH" "$stub/scripts/tests/kselftest_test.sh" 6.12 > "$tmp/said" 2>&1
	cat "$tmp/said"
	! grep '^not ok' "$tmp/said"
}

text="1..3
ok 1 selftests: portacl: a
ok 2 selftests: portacl: b
ok 3 selftests: portacl: c # SKIP"
ok "kselftest: two pass" kselftest
text="1..2
ok 1 selftests: portacl: a # SKIP
ok 2 selftests: portacl: b # SKIP"
ok "kselftest: all are skipped" eval '! kselftest'
