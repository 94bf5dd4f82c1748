# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Files that cannot be read, patterns that match nothing: where is it said?

mkdir -p parts.d
echo 'allow tcp 80 uid=0' > parts.conf
printf 'include parts.conf\n  include parts.d\n' > i.conf
gives "include of a directory" 1 \
	'^i.conf:2:11: .*parts.d: Is a directory' check i.conf
gives "it shows the line" 1 '^ +include parts.d$' check i.conf
printf 'include parts.*\n' > i.conf
gives "a pattern that matches a directory" 1 \
	'^i.conf:1:9: .*parts.d: Is a directory' check i.conf
ln -sf loop.conf loop.conf
printf 'include parts.conf\ninclude loop.*\n' > i.conf
gives "include of a file that cannot be read" 1 \
	'^i.conf:2:9: loop.conf: Too many levels' check i.conf
gives "a directory as argument" 2 '^portaclctl: parts.d: Is a dir' check parts.d
echo "allow tcp 80 exe=$PWD/none* uid=0" > i.conf
gives "an allow rule without a match" 0 'no file matches: the rule allows nobody' \
	check i.conf
echo "deny tcp 80 exe=$PWD/none* uid=0" > i.conf
gives "a deny rule without a match" 0 'no file matches: the rule denies nobody' \
	check i.conf
