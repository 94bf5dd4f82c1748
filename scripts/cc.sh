#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A compiler for the kernel's make: gcc by way of ccache in depend mode, which does
# not preprocess first and so takes two thirds of the time.  In that mode ccache does
# not see the files of .incbin, so what has one is always compiled.
for arg; do
	case $arg in
	*.S|*/kernel/configs.c|*/kernel/kheaders.c) exec gcc "$@" ;;
	esac
done
exec ccache gcc "$@"
