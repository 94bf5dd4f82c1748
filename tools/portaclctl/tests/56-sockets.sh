# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# In every state of a socket: what is said of its port is what bind says.

if [ "$(id -u)" = 0 ] && unshare -n ip link set lo up 2> err; then
	unshare -n sh -c 'ip link set lo up && exec python3 "$@"' sh \
		"$here/sockets.py" "$ctl" > sockets.tap 2> err
	# Each of its lines is a point here.
	while read -r result _ _ name; do
		case $result in
		ok) point 0 "sockets: $name" ;;
		"#") echo "# $name" ;;
		esac
	done < sockets.tap
	grep '^not ok\|^#' sockets.tap > out
	grep -q '^1\.\.' sockets.tap && ! grep -q '^not ok' sockets.tap
	point $? "sockets: free means that a bind succeeds"
else
	skip "sockets: free means that a bind succeeds" "no network namespace: $(cat err)"
fi
