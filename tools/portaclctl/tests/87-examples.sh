# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The policies that documents show are samples, each rule that they show loads,
# and none cuts off the base system.

top=$(dirname "$(dirname "$src")")
guide=$top/Documentation/admin-guide/LSM

# shows DOCUMENT SAMPLE: its lines stand there one after the other.
shows() {
	python3 -c 'import re, sys
doc, sample = (open(f).read() for f in sys.argv[1:])
strip = lambda text: "\n".join(l.strip() for l in text.splitlines())
sys.exit(strip(sample) not in strip(doc))' "$1" "$samples/$2" 2> err
	point $? "${1##*/} shows $2"
}
shows "$top/README.md" good-readme.conf
shows "$guide/portacl-language.rst" good-guide.conf
shows "$guide/portacl-language.rst" good-base-system.conf
shows "$src/man/portacl.conf.5" good-base-system.conf

# The binds of a stock Debian: PORT and the keys that test takes.
cat > base <<'EOF2'
tcp/22 exe=/usr/sbin/sshd uid=0
tcp/22 exe=/usr/lib/systemd/systemd uid=0
udp/68 exe=/usr/sbin/dhclient uid=0
udp/546 exe=/usr/sbin/dhclient uid=0
udp/68 exe=/usr/sbin/dhcpcd uid=0
udp/68 exe=/usr/sbin/NetworkManager uid=0 cgroup=/system.slice/NetworkManager.service
udp/68 uid=998 taint=nosuid cgroup=/system.slice/systemd-networkd.service
udp/546 uid=998 taint=nosuid cgroup=/system.slice/systemd-networkd.service
udp/123 uid=0 taint=nosuid cgroup=/system.slice/chrony.service
udp/323 uid=0 taint=nosuid addr=127.0.0.1 cgroup=/system.slice/chrony.service
udp/123 uid=0 cgroup=/system.slice/ntpsec.service
udp/53 uid=997 taint=nosuid addr=127.0.0.53 cgroup=/system.slice/systemd-resolved.service
tcp/53 uid=997 taint=nosuid addr=127.0.0.53 cgroup=/system.slice/systemd-resolved.service
udp/111 exe=/usr/sbin/rpcbind uid=0 cgroup=/system.slice/rpcbind.service
tcp/111 exe=/usr/lib/systemd/systemd uid=0
tcp/700 exe=/usr/sbin/mount.nfs uid=0
EOF2

# keeps FILE: nothing of that is denied.
keeps() {
	while read -r bind; do
		# shellcheck disable=SC2086
		"$ctl" test --file "$1" $bind 2>&1 | grep -Eq '^(allow|legacy)' ||
			echo "denied: $bind"
	done < base > err
	[ ! -s err ]
}
for file in base-system guide readme nginx; do
	keeps "$samples/good-$file.conf"
	point $? "good-$file.conf keeps the base system"
done
sed -n 's/^\.Dl \(allow .*\)/\1/p' "$src/man/"*.[578] |
	sed 's/uid=\(unbound\|caddy\)/uid=daemon/' > examples.conf
keeps examples.conf
point $? "the rules in the manuals keep the base system"
echo 'deny any 1-1023' > closed.conf
! keeps closed.conf
point $? "a policy that does not is noticed"
! grep -rn 'deny any 1-1023' "$top/README.md" "$guide" "$src/man" > err
point $? "no document shows a policy without the base system"

# Each block of a document that begins as a policy does is one, as is each rule in
# quotes of the shell: DOCUMENT-LINE.conf.  Not every system has the users.
mkdir blocks
python3 - "$top/README.md" "$guide"/portacl*.rst \
	"$top/Documentation/admin-guide/portacl-install.rst" << 'EOF2'
import pathlib, re, sys
for name in sys.argv[1:]:
    path = pathlib.Path(name)
    block, first = [], 0
    for number, line in enumerate(path.read_text().splitlines() + ["."], 1):
        if line.startswith("    "):
            first = first or number
            block.append(line.strip())
            continue
        if first and re.match("(version|default|launcher|allow|deny) ", block[0]):
            rules = block
        else:
            rules = re.findall("'((?:allow|deny) [^']*)'", "\n".join(block))
        if rules:
            text = re.sub(r"uid=[a-z][a-z-]*\b", "uid=daemon", "\n".join(rules))
            pathlib.Path(f"blocks/{path.name}-{first}.conf").write_text(text + "\n")
        block, first = [], 0
EOF2
for file in blocks/*.conf; do
	run check "$file"
	[ "$status" = 0 ] && keeps "$file"
	point $? "${file##*/}: a policy that loads and keeps the base system"
done
[ "$(find blocks -type f | wc -l)" -ge 20 ]
point $? "the documents show policies"
