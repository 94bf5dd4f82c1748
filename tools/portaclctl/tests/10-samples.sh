# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Every sample has the verdict that its name says, and the text in exp-*.

cd "$samples" || exit 1
for file in good-*.conf; do
	"$ctl" check --print "$file" > "$tmp/out" 2> "$tmp/err" &&
		diff "exp-$file" "$tmp/out" >> "$tmp/err" &&
		"$ctl" check "$file" > "$tmp/out" 2>> "$tmp/err" &&
		grep -q '^ok: ' "$tmp/out"
	point $? "$file"
	"$ctl" check --print "exp-$file" 2> "$tmp/err" |
		diff "exp-$file" - > "$tmp/out"
	point $? "$file: what is printed reads back as the same"
done
for file in bad-*.conf; do
	status=0
	"$ctl" check "$file" > "$tmp/out" 2> "$tmp/err" || status=$?
	line=$(sed -n "1s/^$file://p" "$tmp/err")
	[ "$status" = 1 ] && [ "$line" = "$(cat "exp-$file")" ]
	point $? "$file"
	sed -n 3p "$tmp/err" | grep -q '^[[:blank:]]*^$'
	point $? "$file: a caret stands below the line"
done
cd "$tmp" || exit 1
