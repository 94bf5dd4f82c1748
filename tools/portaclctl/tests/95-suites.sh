# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The parser and the matcher, without the tool.

"$bin/match_test" > out 2> err
point $? "match_test: the matcher and a naive model agree"
for suite in parse index match; do
	"$bin/${suite}_kunit" > out 2> err
	point $? "the KUnit suite of security/portacl/tests/${suite}_kunit.c"
done
