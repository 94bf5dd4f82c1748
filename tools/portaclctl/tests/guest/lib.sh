# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Functions that the tests in the virtual machine share.  They change the policy of the
# kernel that they run on: not for a machine that somebody uses.

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../../.." && pwd)
ctl=${PORTACLCTL:-$top/build/portaclctl/portaclctl}
fs=/sys/kernel/security/portacl
tmp=$(mktemp -d)
chmod 755 "$tmp"
cd "$tmp" || exit 1
. "$here/../tap.sh"

# done_testing: the plan, and the exit status.
done_testing() {
	echo "1..$points"
	rm -rf "$tmp"
	[ "$failed" = 0 ]
	exit
}

# policy: put the rules on standard input in force.
policy() {
	cat > now.conf
	"$ctl" load now.conf > out 2> err || {
		point 1 "a policy can be loaded"
		done_testing
	}
}

# gives NAME STATUS PATTERN ARGUMENT…: of the tool; see judge().
gives() {
	name=$1 want=$2 pattern=$3
	shift 3
	status=0
	"$ctl" "$@" > out 2> err < /dev/null || status=$?
	judge "$name" "$want" "$pattern"
}

# Words, not functions, so that what is started in the background is they.
# shellcheck disable=SC2034
www='setpriv --reuid=33 --regid=33 --clear-groups'

# A program binds tcp/$1 at address $2, says `ok` or the errno, and stays.  It waits
# for the file $3 first, if one is named.
cat > binder.pl <<'EOF'
use Socket;
my ($port, $addr, $file) = @ARGV;
$| = 1;
while ($file && !-e $file) { select undef, undef, undef, 0.1 }
socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
print bind($s, sockaddr_in($port, inet_aton($addr // "0.0.0.0"))) ?
	"ok" : 0 + $!, "\n";
sleep 1 while 1;
EOF
# shellcheck disable=SC2034
EACCES=13

# start COMMAND…: a binder; $binder is its process.
start() {
	rm -f result
	"$@" > result 2>&1 &
	binder=$!
}

# result: what the binder said; then it ends.
result() {
	until_true 60 [ -s result ]
	cat result
}

stop() {
	kill -KILL "$binder" 2> /dev/null
	wait "$binder" 2> /dev/null
}

[ -e $fs/policy ] || {
	echo "1..0 # SKIP this kernel runs without portacl"
	exit 4
}
[ -x "$ctl" ] || {
	echo "1..0 # SKIP $ctl is not built: make tools"
	exit 4
}
echo "TAP version 13"
