# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# test: the verdict of the kernel's matcher, from files.

cat > v.conf <<'EOF'
allow tcp 80 exe=/bin/true-not-there uid=daemon only
deny tcp 81 uid=1000-1999
allow tcp 81 uid=1000
allow tcp 82 uid=1 gid=2,7
allow tcp 83 uid=1 addr=127.0.0.0/8
allow tcp 84 uid=1 cgroup=/system.slice/a.service
allow tcp 85 uid=1 launch=root
allow tcp 86 exe=/usr/bin/env uid=1
allow tcp 87 uid=1 net=any
allow tcp 88 exe=/usr/bin/env uid=1
launcher /bin/l
deny any 88
EOF
v() {
	name=$1 status=$2 pattern=$3
	shift 3
	gives "$name" "$status" "$pattern" test --file v.conf "$@"
}
v "a rule allows" 0 '^allow rule=1$' tcp/80 uid=1 exe=/bin/true-not-there
v "the rule is shown with its place" 0 '  rule 1: v.conf:1: allow tcp 80 exe' \
	tcp 80 uid=1 exe=/bin/true-not-there
v "only denies root" 1 '^deny only reason="wrong uid" nearest=1$' \
	tcp/80 uid=root exe=/bin/true-not-there
v "another program is named as the reason" 1 '^deny only reason="reserved" nearest=1$' \
	tcp/80 uid=1 exe=/usr/bin/env
v "the first match wins" 1 '^deny rule=2 reason="deny rule"$' tcp/81 uid=1000
v "a denial behind a rule says why that one did not match" 1 \
	'^deny rule=11 reason="no_new_privs" nearest=10$' \
	tcp/88 uid=1 exe=/usr/bin/env taint=nnp
v "no rule" 0 '^legacy reason="no rule"$' tcp/8080 uid=5
v "a supplementary group" 0 '^allow rule=4' tcp/82 uid=1 gid=9,7
v "a wrong group" 0 '^legacy reason="wrong gid" nearest=4' tcp/82 uid=1 gid=9
v "an address inside" 0 '^allow rule=5' tcp/83 uid=1 addr=127.1.2.3
v "the wildcard is outside" 0 'legacy reason="address outside addr=" nearest=5' \
	tcp/83 uid=1 addr=0.0.0.0
v "a cgroup below" 0 '^allow rule=6' tcp/84 uid=1 cgroup=/system.slice/a.service/x
v "another cgroup" 0 'reason="other cgroup" nearest=6' tcp/84 uid=1 cgroup=/system.slice/b
v "launched by root" 0 '^allow rule=7' tcp/85 uid=1 launch=root
v "not launched by root" 0 'reason="not launched by root" nearest=7' tcp/85 uid=1
v "launched by a launcher" 0 '^allow rule=7' tcp/85 uid=1 launcher=/bin/l
v "launched by another program of root" 0 \
	'reason="not launched by root" launcher=undeclared nearest=7' \
	tcp/85 uid=1 launcher=/bin/m
v "a launcher's environment and no_new_privs are root's" 0 '^allow rule=8' \
	tcp/86 uid=1 exe=/usr/bin/env taint=env,nnp launcher=/bin/l
v "a weakness" 0 'reason="no_new_privs" nearest=8' \
	tcp/86 uid=1 exe=/usr/bin/env taint=nnp
v "another name of the program" 0 '^allow rule=8' tcp/86 uid=1 exe=/bin/env
v "another network namespace" 0 '^allow rule=9' tcp/87 uid=1 net=other
v "R38: the same with another protocol" 0 \
	'^legacy reason="other protocol" nearest=1 .rule 1: protocol udp, rule has tcp.$' \
	udp/80 exe=/bin/true-not-there uid=daemon
grep -q '^  nearest is rule 1: .*v.conf:1: allow tcp 80 ' out
point $? "test: R38: the rule, where it stands"
v "a service by its name" 0 '^legacy' tcp/ssh uid=daemon
v "an unknown service" 2 "request:1:5: services.5. has no 'nope' for tcp" \
	tcp/nope uid=1
v "an unknown key" 2 "request:1:14: unknown key 'frob'" tcp/80 uid=1 frob=2
v "no uid" 2 'uid= expected' tcp/80
gives "no port" 2 'PROTO/PORT expected' test --file v.conf
gives "--kernel and --file" 2 'exclude each other' \
	test --kernel --file v.conf tcp/80 uid=1
gives "an empty word" 2 'PROTO/PORT expected' test --file v.conf ''
gives "a slash without a port" 2 'PROTO/PORT expected' \
	test --file v.conf tcp/ uid=1
gives "a slash without a protocol" 2 'PROTO/PORT expected' \
	test --file v.conf /80 uid=1
gives "a protocol alone" 2 'PROTO/PORT expected' test --file v.conf tcp
gives "an empty key" 2 'an argument is empty' test --file v.conf tcp/80 uid=1 ''
gives "a port alone" 2 'protocol expected' test --file v.conf 80 uid=33
gives "who: an empty word" 2 'PROTO/PORT expected' who --file v.conf ''
gives "who: a protocol alone" 2 'PROTO/PORT expected' who --file v.conf tcp
hides "it says nothing of uid=" 'uid='
v "who decides where no rule does" 0 "the kernel's own rule decides" \
	tcp/8080 uid=5

# A process may have more groups than the kernel's query takes.
echo 'allow tcp 80 gid=70000' > v.conf
gives "test: 20,001 groups" 0 '^allow rule=1' \
	test --file v.conf tcp/80 uid=1 "gid=$(seq -s, 1 20000),70000"
