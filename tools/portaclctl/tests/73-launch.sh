# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# What executed a program, as far as systemd's units tell.  /proc is the
# machine's but for the files below, which make a process a service's.

systemd=/usr/lib/systemd/systemd
mkdir -p launch/etc/systemd/system launch/usr/lib/systemd
: > launch$systemd
export PORTACLCTL_ROOT="$PWD/launch"

# unit PROGRAM [LINE...]: l.service starts it as $unit_user
unit() {
	printf '[Service]\nExecStart=%s\nUser=%s\n' "$1" "$unit_user" \
		> launch/etc/systemd/system/l.service
	shift
	printf '%s\n' "$@" >> launch/etc/systemd/system/l.service
}
# serves PID CGROUP PARENT: the process is in that cgroup, the parent's child
serves() {
	mkdir -p "launch/proc/$1"
	echo "0::$2" > "launch/proc/$1/cgroup"
	sed "s/^PPid:.*/PPid:	$3/" "/proc/$1/status" > "launch/proc/$1/status"
}
policy() {
	printf '%s\n' "$@" > launch.conf
}
# lx NAME STATUS PATTERN ARGUMENT...
lx() {
	name=$1 want=$2 pattern=$3
	shift 3
	gives "launch: $name" "$want" "$pattern" explain --file launch.conf "$@"
}
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	unit_user=65533
	setpriv --reuid 65533 --clear-groups --no-new-privs sleep 600 &
	sleeper=$!
	until_true 60 is_running sleep $sleeper
	exe=$(readlink -f "/proc/$sleeper/exe")
	plain="allow tcp 80 exe=$exe uid=65533 only"
	root="allow tcp 80 exe=$exe uid=65533 launch=root only"
	unit "$exe" NoNewPrivileges=yes
	policy "$plain"
	lx "no service: a stranger's, with no_new_privs" 1 'reason="no_new_privs"' \
		$sleeper tcp/80
	hides "launch: nothing is said of systemd" systemd
	serves $sleeper /system.slice/l.service 1
	lx "a service without a launcher line is a stranger's" 1 \
		'reason="no_new_privs"' $sleeper tcp/80
	lx "the line is what would help" 1 "^  launcher $systemd\$" $sleeper tcp/80
	hides "launch: and nothing else" '^  (allow|restart|then)'
	lx "what is known of it" 1 \
		"^  note +executed by $systemd, according to l.service and its parent process" \
		$sleeper tcp/80
	lx "for another port, it is one of two" 1 "^  launcher $systemd\$" \
		$sleeper tcp/81
	grep -A 1 '^  launcher' out | grep -qx "  allow tcp 81 exe=$exe uid=65533"
	point $? "launch: and the rule needs no accept="
	hides "launch: nor a restart" restart
	policy "$root"
	lx "nor is it root's launch" 1 \
		'reason="not launched by root" launcher=undeclared' $sleeper tcp/80
	policy "launcher $systemd" "$plain"
	lx "with the line it is allowed" 0 'allowed by portacl' $sleeper tcp/80
	lx "not for another port, and without another step" 1 \
		"^  allow tcp 81 exe=$exe uid=65533\$" $sleeper tcp/81
	hides "launch: no weakness is left" '(accept=|restart it)'
	policy "launcher $systemd" "$root"
	lx "with the line it is root's launch" 0 'allowed by portacl' $sleeper tcp/80
	policy "launcher /usr/bin/env" "$root"
	lx "not with another's line" 1 'launcher=undeclared' $sleeper tcp/80
	: > launch$systemd-executor
	policy "launcher $systemd" "$root"
	lx "systemd-executor is the launcher where there is one" 1 \
		"^  launcher $systemd-executor\$" $sleeper tcp/80
	rm launch$systemd-executor
	serves $sleeper /system.slice/l.service/below 1
	lx "a cgroup below the service's" 0 'allowed by portacl' $sleeper tcp/80
	serves $sleeper /system.slice/l.service 2
	lx "not the main process" 1 '^  note +not the main process of l.service' \
		$sleeper tcp/80
	serves $sleeper /user.slice/user@1.service/app.slice/l.service 1
	lx "a service of a user's manager" 1 'reason="not launched by root" nearest' \
		$sleeper tcp/80

	# R20: the unit starts something that then executes the program.
	serves $sleeper /system.slice/l.service 1
	unit /usr/bin/env NoNewPrivileges=yes
	policy "launcher $systemd" "$plain"
	lx "R20: explain names what stands between" 1 \
		"^  note +l.service starts /usr/bin/env, and that program .* $exe: .* no launcher" \
		$sleeper tcp/80
	lx "R20: no_new_privs counts" 1 'reason="no_new_privs"' $sleeper tcp/80
	policy "launcher $systemd" "$root"
	lx "R20: and it is not root's launch" 1 'reason="not launched by root" nearest=1' \
		$sleeper tcp/80
	policy "launcher $systemd" "$plain accept=nnp"
	lx "R20: accept=nnp" 0 'allowed by portacl' $sleeper tcp/80 taint=nnp
	policy 'allow tcp 80 uid=65533 cgroup=/system.slice/l.service only'
	lx "R20: cgroup=" 0 'allowed by portacl' $sleeper tcp/80
	kill $sleeper

	# The rehearsal judges a service as systemd would start it again.
	serve_user --clear-groups --no-new-privs
	serves "$server" /system.slice/l.service 1
	unit "$python" NoNewPrivileges=yes
	policy "launcher $systemd" "allow tcp $port exe=$python uid=65533 only"
	gives "launch: a service of the launcher" 0 'none would be cut off' \
		check --live --strict launch.conf
	policy "allow tcp $port exe=$python uid=65533 only"
	gives "launch: without the line it is cut off" 1 'reason="no_new_privs"' \
		check --live --strict launch.conf
	policy "launcher $systemd" "allow tcp $port exe=$python uid=65533 only"
	unit /usr/bin/env NoNewPrivileges=yes
	gives "launch: so is what a wrapper starts" 1 'reason="no_new_privs"' \
		check --live --strict launch.conf
	kill "$server"
else
	skip "launch: processes" "needs root and setpriv"
fi

# A program that does not run, and a user whose service it is.
unit_user=daemon
unit "$real" NoNewPrivileges=yes
policy "launcher $systemd" "allow tcp 80 exe=$real uid=daemon launch=root only"
lx "of a program: its unit" 1 \
	"^  note +l.service starts it: to ask about the service, add cgroup=/system.slice/l.service launcher=$systemd taint=nnp\$" \
	env daemon tcp/80
lx "what the unit gives is allowed" 0 'allowed by portacl' env daemon tcp/80 \
	cgroup=/system.slice/l.service launcher=$systemd taint=nnp
unit "$real" NoNewPrivileges=yes ProtectSystem=full
lx "its unit mounts it nosuid" 1 'launcher=[^ ]* taint=nosuid$' env daemon tcp/80
lx "another user's" 1 'refused' env nobody tcp/80
hides "launch: is not l.service" 'l.service'

# Links: the kernel knows what it executed by another name.
ln -s "$real" launch/link
policy "launcher $real" 'allow tcp 80 uid=daemon launch=root'
gives "launch: test follows a link" 0 '^allow rule=1' test --file launch.conf \
	tcp/80 uid=daemon launcher="$PWD/launch/link"
grep -qx "  launcher=$PWD/launch/link resolves to $real" out
point $? "launch: and says where it leads"
lx "so does explain" 0 "^  note +launcher=$PWD/launch/link resolves to $real\$" \
	env daemon tcp/80 launcher="$PWD/launch/link"

# lint looks at launchers as at exe=.
# lints_launcher PATTERN PATH: there is such a finding; none without a pattern
lints_launcher() {
	policy "launcher $2" 'allow tcp 80 uid=daemon launch=root'
	run lint --json launch.conf
	json "lint: launcher $2: ${1:-nothing}" \
		"bool('$1') == any(f['id'] == 'launcher' and '$1' in f['text'] for f in j)"
}
cp /bin/true launch/open
chmod 777 launch/open
lints_launcher 'does not exist: nothing that it starts counts' "$PWD/launch/none"
lints_launcher "is not canonical: it resolves to $real" "$PWD/launch/link"
lints_launcher 'can be replaced by users other than root' "$PWD/launch/open"
lints_launcher 'runs what its arguments say' "$(readlink -f /usr/bin/python3)"
lints_launcher '' "$real"

# A unit's no_new_privs, and the line that makes it root's.
unit "$real" NoNewPrivileges=yes
nnp() {
	run lint --json launch.conf
	json "lint: no_new_privs, $1" \
		"$2 == any(f['id'] == 'unit-no-new-privs' and 'launcher $systemd' in f['text'] for f in j)"
}
policy "allow tcp 80 exe=$real uid=daemon"
nnp "no launcher" True
policy "launcher $systemd" "allow tcp 80 exe=$real uid=daemon"
nnp "systemd is a launcher" False
policy "launcher $real" "allow tcp 80 exe=$real uid=daemon"
nnp "another one is" True
: > launch$systemd-executor
policy "launcher $systemd" "allow tcp 80 exe=$real uid=daemon"
nnp "the executor is systemd's launcher" True
unset PORTACLCTL_ROOT
