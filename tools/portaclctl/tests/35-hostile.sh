# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# Names that others chose: none of their bytes is a control character on the
# terminal, and none of them starts a line of its own.

cat > hostile.py <<'EOP'
import sys, unicodedata
for name in "out", "err":
    data = open(name, "rb").read()
    text = data.decode("utf-8")  # strict
    bad = [c for c in text if c not in "\n\t" and
           (unicodedata.category(c) == "Cc" or c in "\u2028\u202e\u2066")]
    sys.exit(f"{name}: {bad}") if bad else None
    if any(line.startswith("FORGED") for line in text.split("\n")):
        sys.exit(f"{name}: a line is forged")
text = open("out").read() + open("err").read()
if sys.argv[1] not in text:
    sys.exit(f"{sys.argv[1]} is not shown")
EOP
# clean SHOWN ARGUMENT...: the name is shown, and nothing of it acts.
tried=
clean() {
	shown=$1
	shift
	tried="$tried $1"
	run "$@"
	python3 hostile.py "$shown" 2>> err
	point $? "hostile names: $(printf '%s, shown as %s' "$*" "$shown" |
		tr -cd ' -[]-~' | cut -c 1-100)"
}
esc=$(printf '\033]0;X\007\033[31m')
c1=$(printf '\302\233m\302\220')
raw=$(printf '\233\377\177')
bidi=$(printf '\342\200\256')
name="$esc$c1$raw$bidi
FORGED"
mkdir -p "hostile/$name"

# The command line, and the policy.
clean '\033]0;X\007' "$name"
clean '\302\233m' help "$name"
clean '\233\377\177' check "--$name"
clean '\342\200\256' show "$name"
clean '\033]0;X\007' unload "$name"
clean '\033[31m' mode "$name"
clean 'takes a number' load --confirm "$name"
clean 'takes a number' load --generation "$name"
clean '\012FORGED' who "tcp/$name"
clean '\012FORGED' who "$name/80"
clean '\012FORGED' test "tcp/$name" uid=0
clean '\012FORGED' test tcp/80 "uid=$name"
clean '\012FORGED' explain "$name" root tcp/80
clean '\012FORGED' explain env "$name" tcp/80
clean 'is not a number' import --mac-portacl "uid:$name:tcp:80"
clean '\012FORGED' learn --output "$name" --"$name"
clean '\012FORGED' check "nowhere $name"
clean '\012FORGED' add --no-load --file "nowhere/$name/x" allow tcp 80 uid=0
clean '\302\233m' delete "allow tcp 80 uid=$esc$c1"
printf 'frob %s\n' "$name" > "hostile/$name/p.conf"
for command in check load lint; do
	clean '\033]0;X\007' $command "hostile/$name/p.conf"
done
clean '\302\233m' check "hostile/$name/p.conf"
clean '\012FORGED' who --file "hostile/$name/p.conf" tcp/80
{
	echo "allow tcp 80 uid=$esc$c1$raw"
	echo "allow tcp 80 cgroup=/$esc$c1$raw"
	echo "allow tcp 80 exe=/$esc$c1$raw uid=0"
	echo "include $esc$c1$raw"
	printf 'version 1\0 %s\n' "$esc"
} > hostile.conf
clean '\233\377\177' check hostile.conf
printf 'allow tcp 80 exe=/usr/bin/env uid=0 cgroup=/\\033]0;X\\233\\302\\233m only\ndeny tcp 81 exe=/\\033\\233\\302\\233m\n' \
	> hostile.conf
for command in 'check --print' 'lint' 'test tcp/80 uid=0 --file' \
	'who tcp/80 --file' 'explain env root tcp/80 --file'; do
	# shellcheck disable=SC2086
	clean hostile.conf $command hostile.conf 2> err
	! grep -q "$(printf '[\033\233]')" out err
	point $? "hostile names: $command, what the policy quotes"
done

# A program, its process and its socket.
cp "$(readlink -f /usr/bin/perl)" "hostile/$name/$name"
cat > hostile.pl <<'EOP'
use Socket;
$| = 1;
open my $comm, ">", "/proc/self/comm"; print $comm "\e]0;X\a\e[31m\n\x9b"; close $comm;
socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
bind $s, sockaddr_in(0, INADDR_LOOPBACK); listen $s, 1;
print +(sockaddr_in(getsockname $s))[0], "\n";
sleep 600;
EOP
"hostile/$name/$name" hostile.pl > port &
server=$!
until_true 60 [ -s port ]
port=$(cat port)
echo "deny tcp $port" > hostile.conf
clean '\033]0;X\007' check --live hostile.conf
clean '\012FORGED' check --live hostile.conf
clean '\033]0;X\007' who --file hostile.conf "tcp/$port"
clean '\012FORGED' explain --file hostile.conf $server "tcp/$port"
clean '\012FORGED' explain --file hostile.conf "$PWD/hostile/$name/$name" root tcp/80
clean 'u001B]0;X' who --json --file hostile.conf "tcp/$port"
clean 'FORGED' explain --json --file hostile.conf $server "tcp/$port"
echo "allow tcp $port uid=$(id -u)" > hostile.conf
clean '\012FORGED' ps --file hostile.conf
clean 'FORGED' ps --json --file hostile.conf
if [ "$(id -u)" = 0 ] && command -v setcap > /dev/null &&
	setcap cap_net_bind_service+p "hostile/$name/$name" 2> /dev/null; then
	clean '\033]0;X\007' import --setcap hostile
else
	skip "hostile names: a file with a capability" "setcap cannot set one here"
fi

# The answers of the kernel, systemd, authbind and nft.
root=$PWD/hostile/root
fs=$root/sys/kernel/security/portacl
mkdir -p "$fs" "$root/etc/systemd/system" "$root/etc/authbind/byport" \
	"$root/usr/sbin" "$root/var/lib/portacl" "$root/run/portacl" \
	"$root/var/log/audit"
export PORTACLCTL_ROOT="$root"
printf 'version 1\ndefault legacy\nallow tcp 80 exe=/\\033\\233 uid=0\ncommit\n' > "$fs/policy"
printf 'abi 1\nmode %s\ngeneration 1\nrules 1\ndefault legacy\nlocked 0\ndigest 00\nerror %s\nloaded uid=0 pid=1 time=%s\n' \
	"$esc$raw" "$esc$c1$raw" "$esc" > "$fs/status"
printf 'exe=/usr/bin/%s verified=1 uid=7 proto=tcp port=80 outcome=legacy count=1 taint=none\n' \
	"$esc$c1$raw" > "$fs/observed"
printf 'rule=1 grants=1 denies=0 last=1\nreason="%s" count=1\ntotal grants=1 denies=0 legacy=0\n' \
	"$esc$raw" > "$fs/stats"
printf '%s%s\n' "$esc" "$raw" > "$fs/mode"
printf '%s\n' "$raw$c1" > "$fs/lock"
printf '%s\n' "$esc$c1$raw" > "$root/run/portacl/error"
clean '\033]0;X\007' status
clean '\u001B]0;X' status --json
clean '\\033\\233' show --json
clean '\233\377\177' stats
clean '\u001B' stats --json
clean '\033]0;X\007' mode
clean '\302\233m' lock
clean '\033]0;X\007' learn --print
printf '[Service]\nExecStart=/usr/bin/env %s\nUser=%s\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n' \
	"$esc$raw" "$esc$raw" > "$root/etc/systemd/system/x$esc$c1$raw
FORGED.service"
clean '\033]0;X\007' import --systemd
: > "$root/etc/authbind/byport/x$esc$c1$raw
FORGED"
clean '\033]0;X\007' import --authbind
echo 'allow tcp 80 exe=/usr/bin/env uid=65533' > hostile.conf
clean '\033]0;X\007' lint hostile.conf
printf '# %s\n%s\n' "$name" "$(cat "$fs/policy")" > "$fs/policy.new"
mv "$fs/policy.new" "$fs/policy"
clean '\033]0;X\007' diff hostile.conf
clean 'u001B' diff --json hostile.conf
# Names of programs in a log: raw, and as the kernel writes them.
for text in "$esc$c1$raw" "$(printf '%s' "/$name" | od -An -tx1 | tr -d ' \n' | tr a-f A-F)"; do
	echo "type=AVC msg=audit(1732600000.000:1): avc:  denied  { name_bind } for  portacl: denied proto=tcp addr=0.0.0.0 port=80 uid=1 pid=4194303 comm=$text exe=$text rule=default reason=\"$esc$raw\" tclass=tcp_socket"
done > hostile.log
for command in 'explain --file hostile.conf -' 'explain --json --file hostile.conf -' 'learn -'; do
	# shellcheck disable=SC2086
	"$ctl" $command < hostile.log > out 2> err
	python3 hostile.py FORGED 2>> err
	point $? "hostile names: $command, what a log has"
done
cp hostile.log "$root/var/log/audit/audit.log"
clean 'FORGED' learn --denials --print
# nft, which prints its rules, and one that fails
cat > "$root/usr/sbin/nft" <<'EOF'
#!/bin/sh
cat <<'END'
{"nftables": [{"chain": {"family": "ip", "table": "t\u001b]0;X\u009b", "name": "c\nFORGED", "hook": "prerouting"}}, {"rule": {"family": "ip", "table": "t\u001b]0;X\u009b", "chain": "c\nFORGED", "handle": 7, "comment": "\u001b\nFORGED", "expr": [{"redirect": {"port": 1}}]}}]}
END
EOF
chmod 755 "$root/usr/sbin/nft"
clean '\012FORGED' explain --file hostile.conf env root tcp/1
clean '\302\233' who --file hostile.conf tcp/1
printf '#!/bin/sh\nprintf "\\033]0;X\\233" >&2\nexit 1\n' > "$root/usr/sbin/nft"
clean 'allowed' explain --file hostile.conf env root tcp/1
kill $server
if [ -w /dev/kmsg ]; then
	: > out
	"$ctl" monitor --denials > out 2> err &
	monitor=$!
	# The record is there once the monitor reads.
	monitored() {
		printf 'portacl: denied proto=tcp addr=:: port=80 uid=33 pid=7 comm="%s" exe="/%s" rule=1 reason="%s"\n' \
			"$esc$c1" "$esc$raw" "$bidi$esc" > /dev/kmsg
		[ -s out ]
	}
	until_true 60 monitored
	kill $monitor
	wait $monitor
	python3 hostile.py port=80 2>> err
	point $? "hostile names: monitor, the names of a record"
else
	skip "hostile names: monitor" "needs /dev/kmsg"
fi
unset PORTACLCTL_ROOT
run --help
for command in $(sed -n 's/^  \([a-z-]*\)  .*/\1/p' out); do
	case " $tried monitor " in
	*" $command "*) ;;
	*) echo "not tried: $command" ;;
	esac
done > err
[ -s out ] && [ ! -s err ]
point $? "hostile names: each subcommand was tried"

# Only lib/print.c writes to the terminal.
! grep -nE '\b(v?f?printf|puts|fputs|putchar|fputc|fwrite)\(' "$src"/*.c \
	"$src"/[!lkft]*/*.c "$src"/load/*.c "$src"/lint/*.c "$src"/learn/*.c \
	"$src"/lib/[!p]*.c > out
point $? "hostile names: one function writes to the terminal"
