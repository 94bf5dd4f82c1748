# SPDX-License-Identifier: GPL-2.0-only
# Compare a test run in TAP with the list of expected failures, see stock_test.sh.
# The list comes first.  Its lines:
#   test NAME                          a test that runs
#   fail KERNELS NAME POINT REASON     KERNELS: as 6.1,6.12
# POINT is the name of a point, or a pattern with *, of which one point has to fail.
# note: a file for the counts, which proof.sh reads.

# Return the regular expression of a pattern.
function regex(pattern) {
	gsub(/\./, "[.]", pattern)
	gsub(/\*/, ".*", pattern)
	return "^" pattern "$"
}

function fail(what,    i) {
	bad++
	print "FAIL stock-" kernel " " what
	for (i = lines > 12 ? lines - 12 : 0; i < lines; i++)
		print "    " text[i]
}

# Return the index of the entry of the list for a point, 0: none.
function find(point,    i) {
	for (i = 1; i <= nr; i++)
		if (names[i] == test && point ~ regex(points[i]))
			return i
	return 0
}

NR == FNR {
	if ($1 == "test" && (!only || only == $2))
		todo[$2] = 1
	if ($1 == "fail" && (!only || only == $3) &&
	    index("," $2 ",", "," kernel ",")) {
		names[++nr] = $3
		points[nr] = $4
	}
	next
}

$1 == "##" && $2 == "begin" { test = $3; plan = seen = lines = 0; next }
$1 == "##" && $2 == "end" {
	if (plan != seen || !plan)
		fail(test ": " plan + 0 " planned, " seen + 0 \
		     " reported, exit status " $4)
	else if ($4 >= 124)
		fail(test ": exit status " $4)
	delete todo[test]
	next
}
$1 == "##" && $2 == "boot" { if ($3) fail("boot.sh ended with " $3); next }
/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; next }
/^(not )?ok [0-9]+/ {
	good = $1 == "ok"
	point = $0
	sub(/^(not )?ok [0-9]+ *(- )?/, "", point)
	skip = point ~ /# SKIP/
	name = point
	sub(/ .*/, "", name)
	seen++
	entry = find(name)
	if (skip) {
		skipped++
		sub(/ *# SKIP */, ": ", point)
		print "skip stock-" kernel " " test ": " point
	} else if (good) {
		passed++
		if (entry)
			passes[entry]++
	} else if (entry) {
		failures[entry]++
		known++
	} else {
		fail(test ": " name)
	}
	lines = 0
	next
}
{ text[lines++] = $0 }

END {
	lines = 0
	for (t in todo)
		fail(t ": did not report")
	for (i = 1; i <= nr; i++)
		if (!failures[i])
			fail(names[i] ": " points[i] ": is listed, but " \
			     (passes[i] ? "passes" : "did not run"))
	print "stock-" kernel ": " passed + 0 " passed, " known + 0 \
	      " failed as expected, " skipped + 0 " skipped, " bad + 0 \
	      " unexpected"
	print "count", passed + 0, bad + 0, skipped + 0, known + 0 > note
	exit bad > 0
}
