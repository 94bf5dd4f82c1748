#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Print the results of the KUnit tests, which ran at boot with kunit.enable=1.
dmesg | sed 's/^\[[^]]*\] //' |
	awk '/KTAP version/ { on = 1 } on && /^ *(1\.\.|ok|not ok|#|KTAP)/'
