# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Manuals, completion, units: what is said about the tool is what it does.

run --help
sed -n 's/^  \([a-z]*\)  .*/\1/p' out | sort > subcommands
[ "$(wc -l < subcommands)" -ge 15 ]
point $? "--help lists the subcommands"
gives "an unknown subcommand" 2 'unknown subcommand' frob
gives "no subcommand" 2 'usage: portaclctl'
gives "--version" 0 '^portaclctl [0-9]' --version
share=$bin/../completion
run --table
awk -F '\t' '$1 == "option" { print $2, "--" $3 }' out > options
# explains NAME: help has a line for each of its options, the manual each option.
explains() {
	run help "$1"
	sed -n "s/^$1 //p" options > want
	sed -n 's/^  \(--[a-z-]*\) .*  [a-zA-Z].*/\1/p' out > listed
	diff want listed > err
}
if command -v bash > /dev/null; then
	# offers WORD...: what bash offers for the last one
	offers() {
		bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
			_portaclctl; printf "%s\n" "${COMPREPLY[@]}"' \
			"$share/bash" "$@" 2> err
	}
	run --table
	sed -n 's/^key	//p' out | sort > want
	grep -qx cgroup= want
	point $? "--table: the keys of a request"
	offers portaclctl test tcp/80 '' | grep '=$' | sort > out
	same "completion: the keys of a request" want
	offers portaclctl '' | grep -v '^--' | sort > out
	same "completion: the subcommands" subcommands
	while read -r name; do
		run "$name" --help
		[ "$status" = 0 ] && grep -qE "^usage: portaclctl $name( |\$)" out
		point $? "$name --help"
		sed -n "s/^$name //p" options | sort > want
		offers portaclctl "$name" -- | grep '^--' |
			grep -v -- --help | sort -u > out
		same "completion: the options of $name" want
		while read -r option; do
			grep -q "Fl -${option#--}" "$src/man/portaclctl.8"
			point $? "portaclctl(8) has $name $option"
		done < want
		grep -q "^.It Cm $name" "$src/man/portaclctl.8"
		point $? "portaclctl(8) has $name"
	done < subcommands
	# completes NAME WANT WORD...: what is offered has this line.
	completes() {
		name=$1 want=$2
		shift 2
		offers portaclctl "$@" > out
		grep -qx -e "$want" out
		point $? "completion: $name"
	}
	completes "a user" root test tcp/80 uid = ro
	completes "an empty user" root test tcp/80 uid =
	completes "a path" "$src/man" test tcp/80 exe = "$src/ma"
	completes "a service" tcp/domain who tcp/dom
	completes "a directory" "$src/man" import --setcap "$src/ma"
	completes "a program" bash explain bas
	completes "a program's user" root explain bash roo
	completes "a process's port" tcp/ explain 1 t
	completes "a key" addr= explain bash root tcp/80 a
	completes "help" load help lo
	completes "a mode" learn mode le
	completes "a port after options" tcp/ who --json --file x t
	completes "a value" 1 import --suser-exempt ''
else
	skip "completion" "needs bash"
fi
while read -r name; do
	explains "$name"
	point $? "help $name has a line for each option"
done < subcommands
if command -v fish > /dev/null; then
	# fishes LINE: what fish offers for it
	fishes() {
		HOME=$PWD fish --no-config -c 'source $argv[1]; complete -C $argv[2]' \
			"$share/fish" \
			"portaclctl $1" 2> err | cut -f 1
	}
	fishes '' | sort > out
	cp out fish.out
	grep -Fxf subcommands fish.out > out
	same "completion: fish has the subcommands" subcommands
	while read -r name option; do
		fishes "$name $option" | grep -qxe "$option" ||
			echo "$name $option"
	done < options > out
	[ ! -s out ]
	point $? "completion: fish has every option"
	fishes 'test u' | grep -qx udp/
	point $? "completion: fish has the protocols"
else
	skip "completion of fish" "needs fish"
fi
if command -v zsh > /dev/null; then
	# zshes WORD...: what the functions of zsh are told to offer
	zshes() {
		zsh -f -c 'for f in _arguments compadd; do
			functions[$f]="print -rl -- \"\$@\""
		done
		_describe() { print -rl -- ${(P)2%%:*}; }
		file=$1; shift; words=(portaclctl "$@"); CURRENT=$#words
		. $file' zsh "$share/zsh" "$@" 2> err
	}
	zshes '' | grep -Fxf subcommands | sort > out
	same "completion: zsh has the subcommands" subcommands
	while read -r name option; do
		zshes "$name" '' | grep -q -e "^$option\(=\|\[\)" ||
			echo "$name $option"
	done < options > out
	[ ! -s out ]
	point $? "completion: zsh has every option"
	zshes mode '' | grep -q 'enforce permissive learn'
	point $? "completion: zsh has the modes"
else
	skip "completion of zsh" "needs zsh"
fi

# Words by habit.
echo 'allow tcp 80, 443 uid=0' > blank.conf
gives "a blank in a list of ports" 1 'a list has no blanks: 80,443' check blank.conf
echo 'allow tcp 80 user=root' > user.conf
gives "user= in a policy" 1 'did you mean uid=' check user.conf
echo 'allow tcp 80 group=root' > group.conf
gives "group= in a policy" 1 'did you mean gid=' check group.conf
gives "list is show" 2 'portacl|securityfs' list
gives "a mistyped subcommand" 2 'did you mean: check' chekc
gives "a word that several would fit" 2 'did you mean: mode permissive' \
	disable
for word in flush stop; do
	gives "a word that would open ports: $word" 2 'did you mean: mode permissive .Lifting a policy' \
		$word
done
gives "rm is delete" 0 '^usage: portaclctl delete ' rm --help
gives "a mistyped option" 2 'did you mean: --json' show --jsno
gives "an option before the subcommand" 2 'portaclctl SUBCOMMAND --json' --json show
echo 'allow tcp 80 uid=0' > habit.conf
gives "options in any order" 0 '^allow' test tcp/80 uid=0 --file habit.conf
gives "-- ends the options" 2 'key=value expected' test --file=habit.conf -- tcp/80 --root
for place in tcp/80 80/tcp 'tcp 80' http/tcp; do
	# shellcheck disable=SC2086
	gives "a place: $place" 0 '^allow' test --file habit.conf $place uid=0
done
gives "a place without a protocol" 2 'protocol expected; did you mean: tcp/80 or udp/80' \
	test --file habit.conf 80 uid=0
gives "user= and group=" 0 '^allow' test --file habit.conf tcp/80 user=root group=root
gives "who tcp 80" 0 'rule 1' who --file habit.conf tcp 80
gives "who 80: both protocols" 0 '^udp/80' who --file habit.conf 80
grep -q '^tcp/80' out
point $? "who 80: tcp as well"
run who --json --file habit.conf 80
json "who 80 as JSON" '[p["protocol"] for p in j] == ["tcp", "udp"]'
gives "explain without a user" 2 'did you mean: portaclctl explain env USER tcp/80' \
	explain env 80
gives "explain PROGRAM USER PORT/PROTO" 0 'allowed' explain --file habit.conf \
	env root 80/tcp

if command -v mandoc > /dev/null; then
	mkdir man
	ln -s "$src"/man/*.[0-9] "$src"/../portacl-bpf/*.8 man
	for page in portaclctl.8 portacl-bpf.8 portacl.conf.5 portacl.7; do
		(cd man && mandoc -Tlint "$page") 2>&1 |
			grep -v 'mandoc.db' > out
		[ ! -s out ]
		point $? "mandoc -Tlint $page"
	done
else
	skip "mandoc -Tlint" "needs mandoc"
fi
# mentions PAGE TITLE WORD...: the section has all of these
mentions() {
	page=$1 title=$2
	shift 2
	sed -n "/^.Ss $title/,/^.S[hs] /p; /^.It Cm $title/,/^.It /p" \
		"$src/man/$page" > out
	for word; do
		grep -q -- "$word" out || echo "$page, $title: no $word"
	done > err
	[ -s out ] && [ ! -s err ]
}
mentions portacl.7 'What a program loses' /proc/self/auxv environ 'core dump' \
	LD_PRELOAD gdb /proc/self/fd/1 CAP_SYS_PTRACE accept=env launcher
point $? "R19: the manual lists what a protected program can and cannot do"
mentions portaclctl.8 'Lifting a policy' 'version 1' permissive portacl=off purged
point $? "the manual says how to lift a policy, and what keeps it"
mentions portacl.conf.5 only PassivePorts EACCES EADDRINUSE
point $? "R03: the manual says that programs that pick ports must be told"

# Each rule that the manual shows must be one.
sed -n 's/^\.Dl \(\(allow\|deny\) .*\)/\1/p' "$src/man/portacl.conf.5" \
	"$src/man/portacl.7" |
	sed 's/uid=\(unbound\|caddy\)/uid=daemon/' > manual.conf
gives "the rules in the manuals" 0 'ok: 1 file, 6 rules' check manual.conf

make -s -C "$src" O="$bin/.." install DESTDIR="$PWD/dest" \
	unitdir=/lib/systemd/system > out 2> err
point $? "make install DESTDIR="
for file in usr/sbin/portaclctl usr/share/man/man8/portaclctl.8 \
	usr/share/man/man5/portacl.conf.5 usr/share/man/man7/portacl.7 \
	usr/share/bash-completion/completions/portaclctl \
	usr/share/portaclctl/schema.json \
	usr/share/zsh/vendor-completions/_portaclctl \
	usr/share/fish/vendor_completions.d/portaclctl.fish etc/init.d/portacl \
	lib/systemd/system/portacl.service etc/portacl.d; do
	[ -e "dest/$file" ]
	point $? "it installs $file"
done
if command -v systemd-analyze > /dev/null; then
	sed "s|/usr/sbin|$PWD/dest/usr/sbin|; /^Documentation/d" \
		"$src/init/portacl.service" > portacl.service
	systemd-analyze verify --man=no "$PWD/portacl.service" > out 2> err &&
		! grep -q portacl.service err
	point $? "systemd takes the unit"
else
	skip "systemd takes the unit" "needs systemd-analyze"
fi
sh -c "$(sed -n 's/^ExecStop=//p' "$src/init/portacl.service")" > out 2> err
grep -qx 'the policy stays in force' out
point $? "a stop of the unit says that the policy stays"
# A kernel with portacl is a file here.
condition() {
	sed -n "s/^ExecCondition=[^']*'\(.*\)'$/\1/p" "$src/init/portacl.service" |
		sed "s|/sys/kernel/security/portacl/policy|$PWD/has-portacl|
			s|/etc/portacl|$PWD/etc-portacl|g" > condition.sh
	[ -s condition.sh ] && sh condition.sh
}
mkdir etc-portacl.d
echo 'allow tcp 80 uid=33' > etc-portacl.d/web.conf
! condition
point $? "without portacl and without the BPF backend the unit is skipped"
echo '  backend bpf' > etc-portacl.d/backend.conf
condition
point $? "a file that names the BPF backend is loaded at boot"
rm etc-portacl.d/backend.conf
touch has-portacl
condition
point $? "so are all files if the kernel has portacl"
rm -r etc-portacl.d has-portacl
sh -n "$src/init/portacl.init" 2> err
point $? "the init script is a shell script"

# The package's scripts, with a policy at another place.
for script in postinst prerm postrm; do
	sed "s|/sys/kernel/security/portacl/policy|$PWD/in-force|; s|/etc/portacl|$PWD/etc-portacl|g
		s|/var/lib/portacl|$PWD/var-portacl|g; s|/sys/fs/bpf/portacl|$PWD/pins|" \
		"$src/debian/portaclctl.$script" > "$script.sh"
done
printf 'version 1\ndefault legacy\nallow tcp 80 uid=33\ncommit\n' > in-force
sh prerm.sh remove > out 2> err && grep -q 'stays in force' out &&
	grep -qF "printf 'version 1\ncommit\n' > $PWD/in-force" out
point $? "removing the package says that the policy stays, and how to lift it"
sh prerm.sh upgrade > out 2> err && [ ! -s out ]
point $? "an upgrade does not"
printf 'version 1\ndefault legacy\ncommit\n' > in-force
sh prerm.sh remove > out 2> err && [ ! -s out ]
point $? "nor does it without a rule in force"
mkdir bin pins var-portacl
sh prerm.sh remove > out 2> err && grep -q 'portacl-bpf unload' out
point $? "so does removing it under a policy of the BPF backend"
printf '#!/bin/sh\necho "$@"\n' > bin/portaclctl
chmod +x bin/portaclctl
# triggered: does an upgrade of another package look for programs that have moved?
triggered() { PATH=$PWD/bin:$PATH sh postinst.sh triggered | grep -qx 'load --stale'; }
rm in-force
! triggered
point $? "without a policy that was kept, an upgrade of another package does nothing"
touch var-portacl/last-good
triggered
point $? "with the BPF backend it looks for programs that have moved"
rm -r pins
! triggered
point $? "with nothing in force it does nothing"
touch in-force
triggered
point $? "with portacl in the kernel it looks for them, too"
touch etc-portacl.conf
sh postrm.sh purge > out 2> err && grep -q 'etc-portacl.conf is .* stays' out
point $? "purging says which files stay"
for dir in /bin /sbin /lib /usr/bin /usr/sbin /usr/lib; do
	grep -qx "interest-noawait $dir" "$src/debian/portaclctl.triggers"
	point $? "a package with a program in $dir activates the trigger"
done
