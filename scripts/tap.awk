# SPDX-License-Identifier: GPL-2.0-only
# Count the points of a test run in TAP, nested as KUnit nests them, and show
# what failed or was skipped.  Lines that test.sh puts round them:
#   ## expect TEST [strict]   it has to report, and not only skips (strict)
#   ## begin TEST             its output follows
#   ## end TEST STATUS
#   ## boot STATUS            what boot.sh ended with
# The last line of the output is `count PASSED FAILED SKIPPED`.

function fail(what) {
	failed++
	bad++
	print "FAIL " name " " what
	for (i = lines > 40 ? lines - 40 : 0; i < lines; i++)
		print "    " text[i]
	lines = 0
}

function begin(what) {
	test = what
	lines = bad = points = skips = 0
	last = 0
	split("", plan)
	split("", seen)
}

# A point that follows deeper ones is their sum and no point of its own.
function point(depth, good, what) {
	seen[depth]++
	for (d in seen)
		if (d > depth) {
			if (d in plan && seen[d] != plan[d])
				fail(test ": " what ": " plan[d] " planned, " \
				     seen[d] " reported")
			delete plan[d]
			delete seen[d]
		}
	if (last > depth && (good || bad)) {
		last = depth
		return
	}
	last = depth
	points++
	if (what ~ /# SKIP/) {
		skipped++
		skips++
		sub(/ *# SKIP */, ": ", what)
		print "skip " name " " test ": " what
	} else if (good) {
		passed++
	} else {
		fail(test ": " what)
	}
	lines = 0
}

$1 == "##" && $2 == "expect" { expected[$3] = $4 == "strict" ? 2 : 1; next }
$1 == "##" && $2 == "begin" { begin($3); next }
$1 == "##" && $2 == "end" {
	if (!(0 in plan) || seen[0] != plan[0])
		fail(test ": " plan[0] + 0 " planned, " seen[0] + 0 \
		     " reported, exit status " $4)
	else if ($4 != 0 && $4 != 4 && !bad)
		fail(test ": exit status " $4)
	else if (points == skips && expected[test] == 2)
		fail(test ": nothing was tested")
	delete expected[test]
	next
}
$1 == "##" && $2 == "boot" { if ($3) fail("boot.sh ended with " $3); next }
{ depth = match($0, /[^ ]/) - 1 }
/^ *1\.\.[0-9]+/ {
	plan[depth] = substr($1, 4) + 0
	# A test that skips all at once: 1..0 # SKIP reason
	if (/^1\.\.0 *# SKIP/) {
		plan[depth] = 1
		point(depth, 1, "all" substr($0, 5))
	}
	next
}
/^ *(not )?ok [0-9]+/ {
	what = $0
	sub(/^ *(not )?ok [0-9]+ *(- )?/, "", what)
	point(depth, $1 == "ok", what)
	next
}
{ text[lines++] = $0 }

END {
	for (t in expected)
		fail(t ": did not report")
	print "count", passed + 0, failed + 0, skipped + 0
}
