#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare the order in which drop-ins are read with that of systemd itself.

Usage: units_test.py PORTACLCTL DIR

In random trees of units, each file adds a program; `import --systemd' prints
the programs in the order in which it has read them.  systemd-analyze loads the
same units as the service manager does, and lists the files in its order.
"""
import os
import random
import re
import subprocess
import sys

from outcome import outcome

SEED = 20261129
TREES = 14
PATHS = ["etc/systemd/system", "run/systemd/system",
         "usr/local/lib/systemd/system", "usr/lib/systemd/system"]
UNITS = {"app-x-y.service": "/system.slice/app-x-y.service",
         "app-t@.service": "/system.slice/system-app\\x2dt.slice",
         "plain.service": "/system.slice/plain.service"}
DIRS = ["app-x-y.service", "app-x-.service", "app-.service", "service",
        "al-ias.service", "al-.service", "app-t@.service", "app-@.service",
        "plain.service"]
UNIT = """[Unit]
ExecStart=/bin/not-of-this-section
[Service]
Type=oneshot
User=daemon
AmbientCapabilities=CAP_NET_BIND_SERVICE
"""

failed = []


class Tree:
    def __init__(self, base, number):
        self.root = "%s/tree%d" % (base, number)
        self.programs = {}
        self.write("etc/passwd", "daemon:x:1:1::/:/bin/sh\n")
        self.write("etc/portacl.conf",
                   "launcher /usr/lib/systemd/systemd-executor\n")
        for name in UNITS:
            for path in random.sample(PATHS, random.choice([1, 1, 2])):
                self.unit_file(path + "/" + name, UNIT)
        self.link(random.choice(PATHS) + "/al-ias.service",
                  "/usr/lib/systemd/system/app-x-y.service")
        for _ in range(26):
            self.unit_file("%s/%s.d/%02d-x.conf" % (
                random.choice(PATHS), random.choice(DIRS),
                random.randint(0, 20)), "[Service]\n")

    def write(self, name, text):
        path = self.root + "/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as out:
            out.write(text)

    def link(self, name, target):
        path = self.root + "/" + name
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.lexists(path):
            os.symlink(target, path)

    def unit_file(self, name, text):
        """A file with a program of its own; some mask what they hide."""
        if os.path.lexists(self.root + "/" + name):
            return
        kind = random.choice(["", "", "", "", "", "null", "empty"])
        if kind == "null":
            self.link(name, "/dev/null")
        elif kind == "empty":
            self.write(name, "")
        else:
            program = "/bin/p%d" % len(self.programs)
            self.write(name, text + "ExecStart=" + program + "\n")
            self.programs["/" + name] = program


def ask_systemd(tree, unit):
    """The programs of the unit's files, in the order of systemd."""
    answer = subprocess.run(
        ["systemd-analyze", "--root=" + tree.root, "verify",
         unit.replace("@", "@test-instance")], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, encoding="ascii", check=False,
        env=dict(os.environ, SYSTEMD_LOG_LEVEL="debug")).stdout
    block = answer.split("-> Unit " + unit.replace("@", "@test-instance"))
    if len(block) < 2 or "Unit Load State: loaded" not in block[1]:
        return []
    paths = re.findall(r"(?:Fragment|DropIn) Path: (.*)",
                       block[1].split("-> Unit ")[0])
    real = [os.path.realpath(tree.root)]
    names = [path.replace(real[0], "", 1) for path in paths]
    return [tree.programs[name] for name in names if name in tree.programs]


def ask_import(ctl, tree):
    """The programs of each control group."""
    answer = subprocess.run(
        [ctl, "import", "--systemd", "--root", tree.root], check=True,
        stdout=subprocess.PIPE, encoding="ascii").stdout
    programs = {}
    for exe, cgroup in re.findall(r"^allow any 1-1023 exe=(\S+) uid=daemon "
                                  r"cgroup=(\S+)$", answer, re.M):
        cgroup = cgroup.replace("\\134", "\\")
        programs.setdefault(cgroup, []).append(exe)
    return programs


def main():
    ctl, base = sys.argv[1], sys.argv[2]
    random.seed(SEED)
    compared = 0
    for number in range(TREES):
        tree = Tree(base, number)
        ours = ask_import(ctl, tree)
        for unit, cgroup in UNITS.items():
            want, have = ask_systemd(tree, unit), ours.get(cgroup, [])
            compared += len(want)
            if want != have:
                failed.append("tree %d, %s: systemd %s, here %s" %
                              (number, unit, want, have))
    return outcome(failed, "seed %d: %d files compared" % (SEED, compared),
                   compared >= 100)


sys.exit(main())
