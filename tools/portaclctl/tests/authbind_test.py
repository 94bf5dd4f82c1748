#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare what `import --authbind' prints with the real authbind.

Usage: authbind_test.py PORTACLCTL DIR

Run as root in a mount and a network namespace of its own: random
configurations are written to /etc/authbind.  For each of them, random users
bind random ports and addresses through authbind; what the imported policy
allows must succeed, and what succeeds must be allowed unless a comment says
what was not translated.
"""
import json
import os
import random
import subprocess
import sys

from outcome import outcome

SEED = 20261129
TREES = 16
CONFIG = "/etc/authbind"
USERS = [(2001, 3001, []), (2002, 3002, [3001]), (2003, 3003, [])]
PORTS = [80, 81, 443, 511, 512, 514, 1023]
ADDRS = ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::"]
MODES = [0o755, 0o755, 0o500, 0o050, 0o550, 0o644, 0o705, 0o070, 0o001]
# Some of these are ignored by authbind, and some have no word in a policy.
NETS = ["0.0.0.0/0", "127.0.0.0/8", "127.0.0.1/32", "127.0.0.2", "0.0.0.0/32",
        "127.0.0.1/8", "::/0", "::1", "::1/128", "::1/1", "::0", "0::/0",
        "127.0.0.1-127.0.0.2", "::ffff:127.0.0.1", "::/1", "0.0.0.0/1",
        "junk", "127.0.0.01"]
BINDER = """
import socket, sys
for word in sys.argv[1:]:
    addr, port, kind = word.split(",")
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    kind = socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as s:
        try:
            s.bind((addr, int(port)))
            print("yes")
        except OSError:
            print("no")
"""

# Findings that authbind's own settings cause.
KNOWN = {"everybody", "uid-unknown", "gid-unknown"}

failed = []


def make_file(path):
    open(path, "w", encoding="ascii").close()
    os.chown(path, random.choice([0, 2001, 2002]),
             random.choice([0, 3001, 3002]))
    os.chmod(path, random.choice(MODES))


def user_line():
    net, port = random.choice(NETS), random.choice(PORTS)
    other = random.choice(PORTS)
    forms = ["%s,%d" % (net, port), "%s,%d-%d" % (net, port, other),
             "%s:%d,%d" % (net, port, other), "%s,1-1023" % net,
             "# %s,%d" % (net, port), " %s,%d" % (net, port),
             "%s, %d" % (net, port), "%s,%d x" % (net, port)]
    return random.choice(forms)


def make_tree():
    for part in "byport", "byaddr", "byuid":
        subprocess.run(["rm", "-rf", CONFIG + "/" + part], check=True)
        os.mkdir(CONFIG + "/" + part)
    for port in random.sample(PORTS, 2):
        mark = random.choice(["!", ""]) if port > 511 else ""
        make_file("%s/byport/%s%d" % (CONFIG, mark, port))
    for _ in range(3):
        addr, port = random.choice(ADDRS + ["0:0:0:0:0:0:0:1", "::0"]), \
            random.choice(PORTS)
        mark = "!" if port > 511 else random.choice(["", "", "!"])
        make_file("%s/byaddr/%s%s%s%d" % (CONFIG, mark, addr,
                                          random.choice(",,:"), port))
    for uid, _, _ in USERS:
        for mark in "", "!":
            path = "%s/byuid/%s%d" % (CONFIG, mark, uid)
            with open(path, "w", encoding="ascii") as out:
                for _ in range(random.randint(0, 3)):
                    print(user_line(), file=out)
    os.chmod(CONFIG + "/byport", random.choice([0o755] * 7 + [0o750]))


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.DEVNULL,
                          stdin=subprocess.DEVNULL, encoding="ascii")


def real(user, wants):
    uid, gid, groups = user
    answer = subprocess.run(
        ["authbind", "--deep", "/usr/bin/python3", "-c", BINDER] +
        ["%s,%d,%s" % want for want in wants], user=uid, group=gid,
        extra_groups=groups, stdout=subprocess.PIPE, cwd="/", check=True,
        stderr=subprocess.DEVNULL, encoding="ascii")
    return answer.stdout.split()


def compare(ctl, policy, complete, counts):
    for user in USERS:
        wants = [(random.choice(ADDRS), random.choice(PORTS),
                  random.choice(["tcp", "udp"])) for _ in range(14)]
        for want, answer in zip(wants, real(user, wants)):
            addr, port, proto = want
            uid, gid, groups = user
            gids = ",".join(str(g) for g in [gid] + groups)
            verdict = run(ctl, "test", "--file", policy,
                          "%s/%d" % (proto, port), "uid=%d" % uid,
                          "gid=" + gids, "addr=" + addr)
            allowed = verdict.stdout.startswith("allow")
            counts[(answer, allowed)] = counts.get((answer, allowed), 0) + 1
            if allowed and answer == "no":
                failed.append("granted, but not by authbind: %s %s" %
                              (user, want))
            if not allowed and answer == "yes" and complete:
                failed.append("lost without a comment: %s %s" % (user, want))


def main():
    ctl, policy = sys.argv[1], sys.argv[2] + "/authbind.conf"
    random.seed(SEED)
    os.environ["PORTACLCTL_ROOT"] = sys.argv[2] + "/empty"
    counts = {}
    for tree in range(TREES):
        make_tree()
        imported = run("env", "-u", "PORTACLCTL_ROOT", ctl, "import",
                       "--authbind").stdout
        with open(policy, "w", encoding="ascii") as out:
            out.write(imported)
        if run(ctl, "check", policy).returncode:
            failed.append("tree %d: what was imported does not load" % tree)
        lint = json.loads(run(ctl, "lint", "--json", policy).stdout)
        ids = {finding["id"] for finding in lint}
        if not ids <= KNOWN:
            failed.append("tree %d, lint: %s" % (tree, ids - KNOWN))
        before = len(failed)
        compare(ctl, policy, "# not translated" not in imported, counts)
        if len(failed) > before:
            print("# tree %d of seed %d" % (tree, SEED))
            print(run("sh", "-c", "cd /etc/authbind && ls -ln by* &&"
                      "tail -n +1 byuid/*").stdout)
            print(imported)
    return outcome(failed, "(authbind, policy): %s" % counts,
                   counts.get(("yes", True), 0) >= 40)


sys.exit(main())
