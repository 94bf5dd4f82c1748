#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Services of the distribution's systemd, which is PID 1 here: what a launcher
# line is for, and what must not count as its launch.  Each runs as a unit,
# real nginx or a copy of svc.c that does what a file tells it and then
# executes nginx.
# shellcheck disable=SC2317 # functions that eventually runs
. "$(dirname "$0")/servers.sh"

systemd=/usr/lib/systemd/systemd
home=/usr/lib/portacl-test
manager=$home/manager
work=/var/lib/portacl-test
unit=portacl-web.service
cgroup=/sys/fs/cgroup/system.slice/$unit
log=$work/log

launchers="launcher $systemd
launcher /usr/lib/systemd/systemd-executor
launcher $manager
"
plain="allow tcp 80 exe=$nginx uid=33 only"
by_root="allow tcp 80 exe=$nginx uid=33 launch=root only"
stranger='not launched by root'

ctl() { timeout "$limit" systemctl "$@"; }

shows() { ctl show -P "$1" "$unit"; }

# Not by systemctl, which takes a second where the processor is emulated.
alive() { grep -qs 'populated 1' "$cgroup/cgroup.events"; }

stop() {
	ctl stop $unit 2> /dev/null
	rm -rf /tmp/nginx.*
}

# start PROPERTY…: the unit.  What fails is forgotten, unless CollectMode= says
# otherwise, so that the name is free again.
start() {
	local property command options=()
	for property; do
		case $property in
		ExecStart=*) command=${property#*=} ;;
		*) options+=(-p "$property") ;;
		esac
	done
	stop
	dmesg -C
	: > $log
	# shellcheck disable=SC2086
	timeout "$limit" systemd-run -q --collect --unit=$unit -p KillSignal=SIGKILL \
		-p StandardOutput=append:$log -p StandardError=append:$log \
		"${options[@]}" $command
}

# Write the requests to svc.c, one on a line.
steps() { printf '%s\n' "$@" > $work/steps; }

# A shell's own way, for what it takes to start a client.
answers() {
	local reply
	{
		printf 'GET / HTTP/1.0\r\n\r\n' >&4
		read -r -t 60 -d '' reply <&4
	} 4<> /dev/tcp/127.0.0.1/80
	[ "${reply##*$'\n'}" = nginx80 ]
} 2> /dev/null

serves() { eventually answers; }

recorded() { dmesg | grep "exe=\"$nginx\"" | grep -qF "reason=\"$1\""; }

has_outcome() { nginx_denied || answers; }

# By EACCES, and for this reason.
refused() { eventually has_outcome && nginx_denied && eventually recorded "$1"; }

main_pid() { shows MainPID; }

environ_of() { [ "$(stat -c %u "/proc/$(main_pid)/environ")" = "$1" ]; }

has_failed() { [ "$(shows ActiveState)" = failed ]; }

# dies RESULT: as systemd calls it, core-dump or signal.
dies() {
	local result
	kill -SEGV "$(main_pid)"
	poll has_failed
	result=$(shows Result)
	ctl reset-failed "$unit"
	[ "$result" = "$1" ]
}

as_user="User=www-data"
run_nginx="ExecStart=$nginx"
nnp="NoNewPrivileges=yes"
kept="CollectMode=inactive"

# Where no environment of a user's may count, the loader hears no LD_DEBUG.
start_env() {
	echo LD_DEBUG=statistics > $work/env
	start "$as_user" "$run_nginx" "EnvironmentFile=$work/env" \
		"Environment=LD_WARN=yes"
}

heeds_env() { says 'runtime linker statistics'; }
ignores_env() { ! heeds_env; }

trusted_units() {
	load "$launchers$plain"
	start "$as_user" "$run_nginx" LimitCORE=infinity $kept
	check "User= serves" serves
	check "its environment is the user's to read" environ_of 33
	check "it can dump core" dies core-dump
	start "$as_user" "$run_nginx" $nnp
	check "User= and NoNewPrivileges= serve" serves
	start_env
	check "User= and EnvironmentFile= serve" serves
	check "the loader heeds the unit's environment" heeds_env
	load "$launchers$by_root"
	start "$as_user" "$run_nginx"
	check "launch=root: User= serves" serves
	start "$as_user" "$run_nginx" $nnp
	check "launch=root: User= and NoNewPrivileges= serve" serves
}

# With both ProtectSystem= and NoNewPrivileges= systemd mounts /usr nosuid.
units_with_mounts() {
	load "$launchers$by_root"
	start "$as_user" "$run_nginx" PrivateTmp=yes $nnp
	check "PrivateTmp= and NoNewPrivileges= serve" serves
	start "$as_user" "$run_nginx" ProtectSystem=full
	check "ProtectSystem= serves" serves
	load "$launchers$plain"
	start "$as_user" "$run_nginx" ProtectSystem=full $nnp
	check "ProtectSystem= and NoNewPrivileges= are refused by exe=" \
		refused "nosuid mount"
}

# Without the line, the same units count as executed by their users.
untrusted_units() {
	load "$plain"
	start "$as_user" "$run_nginx" LimitCORE=infinity $kept
	check "no launcher: User= serves" serves
	check "no launcher: its environment is root's" environ_of 0
	check "no launcher: it dumps no core" dies signal
	start "$as_user" "$run_nginx" $nnp
	check "no launcher: NoNewPrivileges= is refused" refused no_new_privs
	start_env
	check "no launcher: EnvironmentFile= serves" serves
	check "no launcher: the loader ignores it" ignores_env
	load "$by_root"
	start "$as_user" "$run_nginx"
	check "no launcher: launch=root is refused" refused "$stranger"
}

# A name for each unit in a rule, where the program has none.
units_by_cgroup() {
	mine="cgroup=/system.slice/$unit"
	load "$launchers$plain"
	start "$as_user" "$run_nginx" PrivateUsers=yes
	check "R12: PrivateUsers= is refused by exe=" refused namespace
	load "${launchers}allow tcp 80 uid=33 $mine only"
	start "$as_user" "$run_nginx" PrivateUsers=yes
	check "R12: PrivateUsers= serves by uid= and cgroup=" serves
	load "${launchers}allow tcp 80 uid=33 cgroup=/system.slice/other.service only"
	start "$as_user" "$run_nginx" PrivateUsers=yes
	check "R12: not by another unit's" refused 'other cgroup'
	load "${launchers}allow tcp 80 $mine only"
	start DynamicUser=yes "$run_nginx"
	check "R12: DynamicUser= serves by cgroup=" serves
	load "$launchers$plain"
	start DynamicUser=yes "$run_nginx"
	check "R12: DynamicUser= has no other right" eventually nginx_denied
}

# The image that executed it is the wrapper's, which root did not execute.
start_wrapped() { # [LINE...]
	start "$as_user" "ExecStart=$home/wrapper" "$@"
}

wrapped_units() {
	load "$launchers$plain"
	start_wrapped
	check "R20: a wrapper serves" serves
	start_wrapped $nnp
	check "R20: but is no launcher" refused no_new_privs
	load "${launchers}allow tcp 80 exe=$nginx uid=33 accept=nnp only"
	start_wrapped $nnp
	check "R20: accept=nnp takes it" serves
	load "${launchers}allow tcp 80 exe=$nginx uid=33 accept=nnp launch=root only"
	start_wrapped $nnp
	check "R20: launch=root does not" refused "$stranger"
	load "${launchers}allow tcp 80 uid=33 cgroup=/system.slice/$unit only"
	start_wrapped $nnp
	check "R20: cgroup= does" serves
}

# attack WHAT REASON CONTROL LINE...: refused as root's launch, and by the
# rule CONTROL it serves: nothing else stands in its way.
attack() {
	name=$1 reason=$2 control=$3
	shift 3
	load "$launchers$by_root"
	start "$@"
	check "$name is not root's launch" refused "$reason"
	load "$launchers$control"
	start "$@"
	check "$name serves by another rule" serves
}

do_steps="StandardInput=file:$work/steps"

# Root executed the daemon, as a unit without User=; PID 1 is no daemon's.
worker() {
	steps 'uid 33 33 33' "exec $nginx"
	attack "a daemon's worker" "$stranger" "$plain" \
		"ExecStart=$home/daemon" "$do_steps"
}

launcher_by_user() {
	steps 'uid 33 33 33' "exec $nginx"
	load "$launchers$by_root"
	start "ExecStart=$manager" "$do_steps"
	check "what root's launcher executes serves" serves
	steps "exec $nginx"
	attack "what a user's launcher executes" "$stranger" "$plain" \
		"ExecStart=$manager" "$do_steps" "$as_user"
}

# PID 1 executes it as the user; it is the same file.
user_manager() {
	printf '%s\n' "[Service]" "$run_nginx" "StandardError=append:$log" \
		> /etc/systemd/user/portacl-user.service
	attack "a unit of systemd --user" "$stranger" "$plain" "$as_user" \
		"ExecStart=$systemd --user --unit=portacl-user.service" \
		Delegate=yes RuntimeDirectory=portacl-user \
		Environment=XDG_RUNTIME_DIR=/run/portacl-user
}

# The host's directories under a root of its own, the name of a launcher there
# for a program of its own.
container() {
	local by_root="$by_root accept=chroot"
	local run="ExecStart=unshare -m --propagation private $home/container"
	cat > $home/container <<-END
	#!/bin/sh -e
	mkdir -p $work/jail
	mount -t tmpfs -o mode=0755 jail $work/jail
	cd $work/jail
	mkdir usr etc dev tmp old
	ln -s usr/lib usr/lib64 usr/bin usr/sbin .
	for d in usr etc dev tmp; do mount --bind /\$d \$d; done
	mount --bind $home/daemon usr/lib/systemd/systemd
	pivot_root . old
	cd /
	exec $systemd
	END
	chmod 0755 $home/container
	steps 'uid 33 33 33' "exec $nginx"
	load "$launchers$plain"
	start "$run" "$do_steps"
	check "a container is refused by exe=" refused chroot
	attack "a container's program with a launcher's name" "$stranger" \
		"$plain accept=chroot" "$do_steps" "$run"
}

user_namespace() {
	local run="ExecStart=unshare -Urm --propagation private $home/namespace"
	cat > $home/namespace <<-END
	#!/bin/sh -e
	mount --bind $home/daemon $systemd
	exec $systemd
	END
	chmod 0755 $home/namespace
	steps "exec $nginx"
	load "$launchers$plain"
	start "$run" "$as_user" "$do_steps"
	check "a user namespace is refused by exe=" refused namespace
	attack "a user namespace's program with a launcher's name" "$stranger" \
		"allow tcp 80 uid=33 only" "$as_user" "$do_steps" "$run"
}

# Between its change of uid and its exec a launcher is a process of the user.
start_launching() {
	rm -f $work/steps
	mkfifo $work/steps
	exec 3<> $work/steps
	start "ExecStart=$manager" "$do_steps"
	printf '%s\n' 'uid 33 33 33' 'dumpable 1' address >&3
	eventually has_address
}

has_address() { [ "$(wc -l < "$log")" = 4 ]; }

# poked ERRNO: of a write to its memory by a process of the same user's.
poked() {
	printf 'poke %d 0x%x\n' "$(main_pid)" "$(sed -n 4p "$log")" |
		timeout "$limit" setpriv --reuid=33 --regid=33 --clear-groups \
			"$home/daemon" | tail -n 1 | grep -qx "$1"
}

traced() {
	echo 0 > /proc/sys/kernel/yama/ptrace_scope
	load "$launchers$by_root"
	start_launching
	check "a launcher cannot be traced between setuid and exec" poked 1
	echo "exec $nginx" >&3
	check "what it executes serves" serves
	load "$by_root"
	start_launching
	check "no launcher, no protection" poked 0
	exec 3>&-
	rm -f $work/steps
}

# Of PID 1's: RootDirectory= is a chroot between its fork and its exec.
chroot_between() {
	local by_root="$by_root accept=chroot" d
	local lines=("$as_user" "$run_nginx" "RootDirectory=$work/root"
		"BindReadOnlyPaths=/usr /etc" "BindPaths=/dev /tmp")
	for d in usr etc dev tmp run var proc; do mkdir -p $work/root/$d; done
	ln -sfn usr/lib $work/root/lib
	ln -sfn usr/lib64 $work/root/lib64
	load "$launchers$plain"
	start "${lines[@]}"
	check "RootDirectory= is refused by exe=" refused chroot
	attack "a unit with RootDirectory=" "$stranger" "$plain accept=chroot" \
		"${lines[@]}"
}

[ "$(readlink /proc/1/exe)" = $systemd ] || skip_all "PID 1 is not systemd"

mkdir -p $work/core $home
chown 33:33 $work/core
install -m 0666 /dev/null $log
{ echo "user root;"; nginx_conf /tmp 80; } > /etc/nginx/nginx.conf
for f in daemon manager; do install -m 0755 svc $home/$f; done
printf '#!/bin/sh\nexec %s\n' $nginx > $home/wrapper
chmod 0755 $home/wrapper
echo "$work/core/core" > /proc/sys/kernel/core_pattern
# Every record is looked for.
echo 0 > /proc/sys/kernel/printk_ratelimit
trap 'stop; load ""' EXIT

plan 47
trusted_units
units_with_mounts
untrusted_units
units_by_cgroup
wrapped_units
worker
launcher_by_user
user_manager
container
user_namespace
traced
chroot_between
exit $failed
