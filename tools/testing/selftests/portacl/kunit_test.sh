#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What the KUnit tests said at boot, with kunit.enable=1 on the command line.
dmesg | sed 's/^\[[^]]*\] //' |
	awk '/KTAP version/ { on = 1 } on && /^ *(1\.\.|ok|not ok|#|KTAP)/'
