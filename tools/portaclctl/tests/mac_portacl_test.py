#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what `import --mac-portacl' prints with a model of mac_portacl(4).

Usage: mac_portacl_test.py PORTACLCTL DIR
"""
import json
import os
import random
import subprocess
import sys

from outcome import outcome

SEED = 20261129
CASES = 24
PORTS = [22, 80, 443, 1023, 1024, 2000, 2001, 65535]
IDS = [0, 80, 999, 4294967294]
# Findings that the settings themselves cause.
KNOWN = {"uid-unknown", "gid-unknown", "uid-root", "denies-everything",
         "bindresvport", "lockout", "socket-unit", "deny-by-id"}

failed = []
seen = {}


class Source:
    """The settings, and what FreeBSD's kernel makes of them."""

    def __init__(self):
        self.rules = [(random.choice(["uid", "gid"]), random.choice(IDS),
                       random.choice(["tcp", "udp"]),
                       random.choice(PORTS + [0]))
                      for _ in range(random.randint(0, 6))]
        self.high = random.choice([0, 79, 1023, 1023, 2000, 65535])
        self.exempt = random.choice([0, 1])
        self.reserved = random.choice([0, 0, 0, 79, 1023])

    def lines(self):
        text = ",".join("%s:%d:%s:%d" % rule for rule in self.rules)
        text += random.choice(["", ","])
        quote = random.choice(["", '"'])
        return """# a comment
kern.ipc.somaxconn=1024
security.mac.portacl.suser_exempt=%d
security.mac.portacl.port_high = %d
net.inet.ip.portrange.reservedhigh=%d
security.mac.portacl.rules=%s%s%s
""" % (self.exempt, self.high, self.reserved, quote, text, quote)

    def allows(self, uid, gids, proto, port):
        """rules_check() of mac_portacl.c, then in_pcbbind() itself."""
        if port <= self.high and not (self.exempt and uid == 0):
            for kind, number, rule_proto, rule_port in self.rules:
                if (rule_proto, rule_port) != (proto, port):
                    continue
                if number == uid if kind == "uid" else number in gids:
                    break
            else:
                return False
        return uid == 0 or port > self.reserved


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, encoding="ascii",
                          check=False,
                          stderr=subprocess.DEVNULL)


def linux(ctl, policy, uid, gids, proto, port):
    """A bind under the policy, with the kernel's own rule behind it."""
    verdict = run(ctl, "test", "--file", policy, "%s/%d" % (proto, port),
                  "uid=%d" % uid, "gid=" + ",".join(map(str, gids))).stdout
    if verdict.startswith("legacy"):
        return uid == 0 or port >= 1024
    return verdict.startswith("allow")


def compare(ctl, policy, source):
    for _ in range(14):
        if source.rules and random.random() < 0.7:
            kind, number, proto, port = random.choice(source.rules)
        else:
            kind, number, proto, port = "uid", 1, "tcp", random.choice(PORTS)
        if not port:
            continue
        uid = number if kind == "uid" else random.choice(IDS)
        gids = [number if kind == "gid" else random.choice(IDS)]
        want = source.allows(uid, gids, proto, port)
        have = linux(ctl, policy, uid, gids, proto, port)
        seen[(want, have)] = seen.get((want, have), 0) + 1
        # Ports that FreeBSD left to everybody stay with root: a comment.
        open_there = max(source.high, source.reserved) < port < 1024
        if have and not want or want and not have and not open_there:
            failed.append("%s uid=%d gid=%s %s/%d: there %s, here %s" % (
                source.lines(), uid, gids, proto, port, want, have))


def lint(ctl, policy):
    found = json.loads(run(ctl, "lint", "--json", policy).stdout)
    ids = {finding["id"] for finding in found}
    if not ids <= KNOWN:
        failed.append("lint: %s" % (ids - KNOWN))


def main():
    ctl, base = sys.argv[1], sys.argv[2]
    fragment, policy = base + "/sysctl.conf", base + "/mac_portacl.conf"
    os.environ["PORTACLCTL_ROOT"] = base
    random.seed(SEED)
    for _ in range(CASES):
        source = Source()
        with open(fragment, "w", encoding="ascii") as out:
            out.write(source.lines())
        with open(policy, "w", encoding="ascii") as out:
            imported = run(ctl, "import", "--mac-portacl", fragment)
            out.write(imported.stdout)
        if imported.returncode or run(ctl, "check", policy).returncode:
            failed.append("does not load: " + source.lines())
            continue
        compare(ctl, policy, source)
        lint(ctl, policy)
    return outcome(failed, "seed %d; (FreeBSD, here): %s" % (SEED, seen),
                   min(seen.get((True, True), 0),
                       seen.get((False, False), 0)) >= 40)


sys.exit(main())
