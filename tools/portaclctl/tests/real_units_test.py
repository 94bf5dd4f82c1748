#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Import units of Debian's packages, and ask systemd what it makes of them.

Usage: real_units_test.py PORTACLCTL UNITS DIR

For each unit in the directory UNITS, systemd-analyze tells the user, the slice
and the capabilities of a service, or the addresses of a socket.  The rules that
`import --systemd' prints must be those, load, and give lint nothing to find.
"""
import os
import re
import shutil
import subprocess
import sys

from outcome import outcome

failed = []


def run(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.DEVNULL, encoding="utf-8",
                          env=dict(os.environ, SYSTEMD_LOG_LEVEL="debug"))


def make_root(units, root):
    """A system that has nothing but the units and their users."""
    shutil.copytree(units, root + "/usr/lib/systemd/system")
    os.makedirs(root + "/etc")
    shutil.copy("/bin/true", root + "/usr/lib/systemd/systemd")
    users = {"root": 0}
    for name in sorted(os.listdir(units)):
        with open(units + "/" + name, encoding="utf-8") as unit:
            for user in re.findall(r"^User=(\S+)", unit.read(), re.M):
                users.setdefault(user, 300 + len(users))
    with open(root + "/etc/passwd", "w", encoding="utf-8") as out:
        for user, uid in users.items():
            print("%s:x:%d:%d::/:/bin/sh" % (user, uid, uid), file=out)


def value(block, key):
    found = re.search(r"^\t\t%s: (.*)$" % re.escape(key), block, re.M)
    return found.group(1) if found else ""


def cgroup(block, name):
    """The unit's control group, of a template that of all instances."""
    path, parts = "", value(block, "Slice").rsplit(".", 1)[0].split("-")
    for i in range(len(parts)):
        path += "/" + "-".join(parts[:i + 1]) + ".slice"
    path = path.replace("\\", "\\134")
    return path if "@." in name else path + "/" + name


def service_rules(block, name):
    bind = "cap_net_bind_service"
    if (bind not in value(block, "AmbientCapabilities") or
            bind not in (value(block, "CapabilityBoundingSet") or bind)):
        return set()
    user = " uid=" + (value(block, "User") or "root")
    if value(block, "DynamicUser") == "yes":
        user = ""
    return {"allow any 1-1023%s cgroup=%s" % (user, cgroup(block, name))}


def socket_rules(block):
    rules = set()
    for kind, place in re.findall(r"Listen(Stream|Datagram): (\S+)", block):
        found = re.fullmatch(r"(?:\[?(.*?)\]?:)?(\d+)", place)
        if not found:
            continue
        addr = "" if found.group(1) in (None, "::", "0.0.0.0") else \
            " addr=" + found.group(1)
        rules.add("allow %s %s exe=/usr/lib/systemd/systemd uid=root%s" % (
            "tcp" if kind == "Stream" else "udp", found.group(2), addr))
    return rules


def expected(root, names):
    rules, grants = set(), 0
    for name in names:
        instance = name.replace("@.", "@x.")
        answer = run("systemd-analyze", "--root=" + root, "verify",
                     instance).stdout
        block = answer.split("-> Unit %s:\n" % instance)[-1]
        block = block.split("\t-> Unit ")[0]
        if "Unit Load State: loaded" not in block:
            failed.append(name + ": systemd does not load it")
        found = service_rules(block, name) | socket_rules(block)
        grants += bool(found)
        rules |= found
    if grants < 20:
        failed.append("too few units bind anything")
    return rules


def main():
    ctl, units, root = sys.argv[1], sys.argv[2], sys.argv[3] + "/real"
    make_root(units, root)
    names = sorted(os.listdir(units))
    imported = run(ctl, "import", "--systemd", "--root", root)
    lines = [line for line in imported.stdout.splitlines()
             if not line.startswith("#")]
    want = expected(root, names)
    for line in sorted(want - set(lines)):
        failed.append("missing: " + line)
    for line in sorted(set(lines) - want):
        failed.append("not systemd's: " + line)
    if len(lines) != len(set(lines)):
        failed.append("a line stands there twice")
    with open(root + "/imported", "w", encoding="utf-8") as out:
        out.write(imported.stdout)
    for command in "check", "lint":
        answer = run(ctl, command, "--root", root, "/imported")
        if answer.returncode:
            failed.append("%s: %s" % (command, answer.stdout))
    return outcome(failed, "%d units, %d rules" % (len(names), len(lines)))


sys.exit(main())
