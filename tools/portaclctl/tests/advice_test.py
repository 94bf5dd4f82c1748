#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Take the advice that `explain' gives about random binds.

Usage: advice_test.py PORTACLCTL DIR, as root in a network namespace of its own

For a bind that is refused under a random policy, each rule that explain proposes
is added to the policy where explain says, and the commands before it are run.
Then `test' must allow the bind, with the weaknesses that the advice does not
remove, and lint must find nothing in the rule.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys

from outcome import outcome

SEED = 20261129
CASES = 150
CTL, BASE = sys.argv[1], sys.argv[2]
HOME = "/opt/portacl-advice"
PROGRAMS = ["/usr/bin/env", "/usr/bin/id", HOME + "/sound", HOME + "/open",
            HOME + "/python3.11"]
USERS = ["root", "daemon", "bin", "4711"]
PLACES = ["tcp/80", "tcp/443", "udp/53", "tcp/8080"]
CGROUPS = ["/system.slice/x.service", "/system.slice/y.service",
           "/user.slice/user-1.slice"]
ADDRS = ["127.0.0.1", "10.0.0.1", "0.0.0.0", "::", "::1"]
TAINTS = ["env", "nnp", "chroot", "writable", "nosuid", "namespace"]
# These stay, unless a rule is for all that the service starts.
KEPT = {"nnp", "chroot"}

failed = []
rand = random.Random(SEED)


def run(*args):
    return subprocess.run((CTL,) + args, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.DEVNULL, encoding="ascii",
                          stdin=subprocess.DEVNULL).stdout


def prepare():
    os.makedirs(HOME)
    for name in "sound", "open", "python3.11":
        shutil.copy("/usr/bin/env", HOME + "/" + name)


def make_rule():
    proto, port = rand.choice(PLACES).split("/")
    keys = [" exe=" + rand.choice(PROGRAMS), " uid=" + rand.choice(USERS),
            " cgroup=" + rand.choice(CGROUPS),
            " addr=" + rand.choice(["127.0.0.1", "10.0.0.1"])]
    words = "".join(key for key in keys if rand.random() < 0.4)
    action = rand.choice(["allow", "allow", "deny"])
    only = " only" if action == "allow" and rand.random() < 0.4 else ""
    return "%s %s %s%s%s" % (action, proto, port, words, only)


def make_question():
    words = [rand.choice(PROGRAMS), rand.choice(USERS), rand.choice(PLACES)]
    if rand.random() < 0.5:
        words.append("cgroup=" + rand.choice(CGROUPS))
    if rand.random() < 0.3:
        words.append("addr=" + rand.choice(ADDRS))
    if rand.random() < 0.5:
        words.append("taint=" + ",".join(rand.sample(TAINTS,
                                                     rand.randint(1, 2))))
    if rand.random() < 0.2:
        words.append("net=other")
    return words


def write(lines):
    with open(BASE + "/advice.conf", "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")


def without(request, keeps):
    """The request, less the weaknesses that the advice removes."""
    words = []
    for word in request.split():
        if word.startswith("taint="):
            kept = [t for t in word[6:].split(",") if keeps(t)]
            word = "taint=" + ",".join(kept) if kept else ""
        words += [word] if word else []
    return words


def take(rules, line, words):
    """Add the rule, and judge it."""
    before = re.search("  # before rule ([0-9]+)$", line)
    at = int(before.group(1)) - 1 if before else len(rules)
    new = rules[:at] + [line] + rules[at:]
    write(new)
    verdict = run("test", "--file", BASE + "/advice.conf", *words)
    if not verdict.startswith("allow rule=%d" % (at + 1)):
        yield verdict.strip()
    for finding in json.loads(run("lint", "--json", BASE + "/advice.conf")):
        if at + 1 in finding["rules"] and finding["id"] != "uid-unknown":
            yield finding["text"]


def judge(rules, question):
    """Return how many rules were proposed."""
    os.chown(HOME + "/open", 4711, 0)
    write(rules)
    view = json.loads(run("explain", "--json", "--file",
                          BASE + "/advice.conf", *question))
    if not view["refused"]:
        return 0
    lines = [s for s in view["advice"] if s.startswith("allow ")]
    tried = [(line, without(view["request"], KEPT.__contains__))
             for line in lines]
    other = view["suggestion"]
    if other and other.startswith("allow ") and other not in lines:
        # It does without the commands.
        tried.insert(0, (other, without(view["request"], "env".__ne__)))
    for line, words in tried:
        for step in view["advice"] if line in lines else []:
            if step.startswith("chown "):
                subprocess.run(step, shell=True, check=True)
        for why in take(rules, line, words):
            failed.append("%s\n  policy: %s\n  advice: %s\n  %s" % (
                " ".join(question), rules, line, why))
    return len(tried)


def main():
    prepare()
    tried = 0
    for _ in range(CASES):
        rules = [make_rule() for _ in range(rand.randint(1, 4))]
        if rand.random() < 0.3:
            rules.append("deny any 1-1023")
        tried += judge(rules, make_question())
    return outcome(failed, "seed %d: %d rules tried" % (SEED, tried),
                   tried >= 60)


sys.exit(main())
