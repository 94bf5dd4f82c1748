#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Compile what portacl brings in configurations that no test boots, with gcc
# and clang (7.2 wants 17 or newer), each with W=1 and no warning in
# security/portacl.
# Usage: variants_test.sh [K…]
. "$(dirname "$0")/tap.sh"
cache=${PORTACL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portacl}

make_in() {
	make -s -C "$cache/$k/src" O="$obj" CC="ccache $cc" HOSTCC='ccache gcc' \
		"$@" < /dev/null
}

objects() {
	echo security/security.o net/ipv4/af_inet.o net/ipv4/sysctl_net_ipv4.o
	! grep -q '^CONFIG_IPV6=y' "$obj/.config" || echo net/ipv6/af_inet6.o
	! grep -q '^CONFIG_IP_SCTP=y' "$obj/.config" || echo net/sctp/socket.o
}

# has SYMBOL=n|y: what was asked for is what came out.
has() {
	case $1 in
	*=n) ! grep -q "^${1%=n}=" "$obj/.config" ;;
	*) grep -qx "$1" "$obj/.config" ;;
	esac || { echo "$1 is not what came out"; return 1; }
}

# compile CC [SYMBOL=n|y…]
compile() {
	cc=$1
	shift
	mkdir -p "$obj"
	rm -f "$obj/.config"
	make_in tinyconfig || return
	cat "$top/scripts/config/base.config" >> "$obj/.config"
	for s; do echo "$s"; done >> "$obj/.config"
	make_in olddefconfig || return
	for s; do has "$s" || return; done
	# shellcheck disable=SC2046
	make_in $(objects) || return
	! grep -q '^CONFIG_SECURITY_PORTACL=y' "$obj/.config" ||
		make_in W=1 KCFLAGS=-Werror security/portacl/
}

[ $# -gt 0 ] || set -- 6.1 6.12 7.2
plan $(($# * 8))
for k; do
	"$top/scripts/build.sh" "$k" um > /dev/null 2>&1 || :
	obj=$cache/$k/build-variant
	exec 9> "$cache/$k/lock"
	flock 9
	# Another checkout may have put its sources there in the meantime.
	"$top/scripts/apply.sh" "$cache/$k/src" 2> /dev/null || :
	ok "$k: gcc" compile gcc
	ok "$k: clang" compile clang-19 CONFIG_CC_IS_CLANG=y
	for s in IPV6 IP_SCTP AUDIT CGROUPS SECURITY_NETWORK; do
		case $s in
		# Without what selects it.
		AUDIT) set -- CONFIG_SECURITY_APPARMOR=n ;;
		SECURITY_NETWORK)
			set -- CONFIG_SECURITY_PORTACL=n \
				CONFIG_SECURITY_APPARMOR=n \
				CONFIG_SECURITY_LANDLOCK=n
			;;
		*) set -- ;;
		esac
		ok "$k: without $s" compile gcc "$@" "CONFIG_$s=n"
	done
	ok "$k: without the old rule" compile gcc CONFIG_INET_PRIVILEGED_PORTS=n
	exec 9>&-
done
