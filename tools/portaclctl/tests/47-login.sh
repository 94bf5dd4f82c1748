# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# N4: the login of the administrator who loads a policy.

mkdir -p login/sys/kernel/security/portacl login/proc
printf 'mode enforce\ngeneration 4\nerror none\n' \
	> login/sys/kernel/security/portacl/status
# The socket's process is found by root alone.
if [ "$(id -u)" = 0 ]; then
	PORTACLCTL_ROOT=$PWD/login python3 "$here/login_test.py" "$ctl" \
		"$PWD/login" > out 2> err
	point $? "N4: on a terminal, load refuses to close the login it comes by"
else
	skip "N4: the login" "needs root"
fi
