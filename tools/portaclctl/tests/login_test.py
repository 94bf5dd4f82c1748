#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""N4: on a terminal a policy that closes one's own login is not loaded.
Usage: login_test.py PORTACLCTL DIR     DIR stands for the root directory

This process listens and starts the tool on a terminal, as a login service does.
"""
import os
import pty
import socket
import subprocess
import sys

ctl, root = sys.argv[1:]
policy = root + "/sys/kernel/security/portacl/policy"
old = "version 1\ndefault legacy\nallow tcp 1 uid=0\ncommit\n"
failed = 0


def on_terminal(*args):
    pid, fd = pty.fork()
    if not pid:
        os.execv(ctl, [ctl, *args])
    out = b""
    while True:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        out += data
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), out.decode()


def without_terminal(*args):
    done = subprocess.run([ctl, *args], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def check(name, run, args, status, loaded, text=""):
    global failed
    with open(policy, "w") as file:
        file.write(old)
    found, out = run("load", *args)
    with open(policy) as file:
        changed = file.read() != old
    if found != status or changed != loaded or text not in out:
        failed += 1
        print(f"{name}: status {found}, loaded {changed}\n{out}")


with socket.socket() as service:
    service.bind(("127.0.0.1", 0))
    service.listen()
    port = service.getsockname()[1]
    closed, opened = root + "/closed.conf", root + "/opened.conf"
    with open(closed, "w") as file:
        file.write(f"deny tcp {port}\n")
    with open(opened, "w") as file:
        file.write(f"allow tcp {port} uid=0\n")
    check("a policy that closes the login", on_terminal, [closed], 1, False,
          "--force loads the policy nevertheless")
    check("the same, --force", on_terminal, ["--force", closed], 0, True)
    check("the same, confirmed", on_terminal, ["--confirm", "60", closed], 1,
          False, "--force")
    check("the same, without a terminal", without_terminal, [closed], 0, True,
          "could not do so again")
    check("a policy that leaves it open", on_terminal, [opened], 0, True)
# sshd counts also while it does not run.
os.makedirs(root + "/usr/sbin")
with open(root + "/usr/sbin/sshd", "w") as file:
    file.write("#!/bin/sh\necho listenaddress 0.0.0.0:922\n")
os.chmod(root + "/usr/sbin/sshd", 0o755)
with open(closed, "w") as file:
    file.write("deny tcp 922\n")
check("a policy that closes sshd", on_terminal, [closed], 1, False, "922")
check("the same, --force", on_terminal, [closed, "--force"], 0, True)
sys.exit(bool(failed))
