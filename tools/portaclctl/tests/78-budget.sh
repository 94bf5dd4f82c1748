# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The budgets are 1 s of a processor for check, and 2 s for the others.  With
# the sanitizers each gets ten times as much, which is still far less than what
# a comparison of every rule with every rule or socket takes.

python3 -c 'for i in range(100000):
	print(["allow tcp %d exe=/usr/bin/env uid=%d" % (i % 65535 + 1, i),
	       "deny udp %d uid=%d" % (i % 60000 + 1, i),
	       "allow tcp %d uid=5 cgroup=/system.slice/s%d.service" % (i % 1024 + 1, i),
	       "allow any %d gid=%d addr=10.1.%d.0/24" % (i % 1024 + 1, i, i % 256)]
	      [i % 4])' > budget.conf
# within SECONDS NAME PATTERN ARGUMENT...
within() {
	seconds=$1 name=$2 pattern=$3
	shift 3
	(ulimit -t "$seconds" && exec "$ctl" "$@") > out 2> err < /dev/null
	grep -Eq "$pattern" out
	point $? "budget: $name"
	: > out
}
within 10 "100,000 rules: check" '^ok: 1 file, 100000 rules' check budget.conf
within 20 "100,000 rules: check --json --print" '"rules": 100000' \
	check --json --print budget.conf
within 20 "100,000 rules: who" '^held now:' who --file budget.conf tcp/80
within 20 "100,000 rules: lint" '\[deny-by-id\]$' lint budget.conf
within 20 "100,000 rules: explain" '^[* ] portacl ' \
	explain --file budget.conf env daemon tcp/80
within 20 "100,000 rules: add" ':100001: added$' \
	add --no-load --file budget.conf deny udp 7 uid=200000
(
	ulimit -n 11000 2> err && exec python3 -c 'import socket, time
kept = []
for i in range(10000):
	s = socket.socket(socket.AF_INET, (socket.SOCK_STREAM, socket.SOCK_DGRAM)[i % 2])
	try:
		s.bind(("127.%d.%d.1" % (i % 250 + 1, i // 250 + 1), 1024 + i))
	except OSError:
		continue
	if i % 2 == 0:
		s.listen()
	kept.append(s)
print("ready", flush=True)
time.sleep(600)'
) > ready &
server=$!
until_true 60 [ -s ready ]
if [ -s ready ]; then
	within 20 "10,000 sockets: who" ' listening by python' who --file budget.conf tcp/1024
	within 20 "10,000 sockets, 100,000 rules: check --live" \
		'^live: [0-9]{4,} sockets judged' check --live budget.conf
	within 20 "10,000 sockets, 100,000 rules: lint" '\[deny-by-id\]$' lint budget.conf
else
	skip "budget: 10,000 sockets" "$(cat err)"
fi
kill $server 2> /dev/null
rm budget.conf
