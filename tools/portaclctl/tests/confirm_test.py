#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Kill or fail `portaclctl load --confirm` or `add` at each of its system calls.

Usage: confirm_test.py PORTACLCTL [add]

Whatever happens, the old policy is back or the new one is confirmed; and `add`
has changed its file if, and only if, the new policy is in force.  Files stand
for those of the kernel.  strace injects the faults: into the calls of the command
from the moment it blocks signals, and into all calls of the guard.
"""
import collections
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

CTL = os.path.abspath(sys.argv[1])
ADDS = sys.argv[2:] and sys.argv[2] == "add"
OLD = "version 1\ndefault legacy\ndeny tcp 1\n"
RULE = "allow tcp 2 uid=0\n"
NEW = "version 1\ndefault legacy\n" + RULE
CALL = re.compile(r"(\d+ +)?(\w+)\(")
LIMIT = 120  # seconds until a run that hangs is a failure


class Machine:
    """A root directory with a kernel's files, and one run of the command."""

    def __init__(self, answer):
        self.dir = tempfile.TemporaryDirectory()
        self.root = self.dir.name
        kernel = self.root + "/sys/kernel/security/portacl"
        os.makedirs(kernel)
        os.makedirs(self.root + "/var/lib")
        self.policy = kernel + "/policy"
        with open(self.policy, "w") as f:
            f.write(OLD + "commit\n")
        with open(kernel + "/status", "w") as f:
            f.write("mode enforce\ngeneration 7\nlocked 0\nerror none\n")
        os.makedirs(self.root + "/etc/portacl.d")
        self.conf = self.root + "/etc/portacl.d/50-local.conf"
        with open(self.conf, "w") as f:
            f.write("" if ADDS else RULE)
        self.log = self.root + "/log"
        self.answer = answer

    def start(self, strace, seconds):
        self.stdin, self.feed = os.pipe()
        if self.answer:
            os.write(self.feed, self.answer)
        self.out = open(self.root + "/out", "w+")
        self.command = subprocess.Popen(
            strace + [CTL] + (["add", "--file", self.conf] if ADDS else
                              ["load", self.conf]) +
            ["--confirm", str(seconds)] + (RULE.split() if ADDS else []),
            stdin=self.stdin, stdout=self.out, stderr=self.out,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                 "PORTACLCTL_ROOT": self.root})

    def processes(self):
        """Of the command and its guard, which have the same arguments."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read().split(b"\0")
                with open(f"/proc/{pid}/stat") as f:
                    dead = f.read().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                continue
            if words[0] == CTL.encode() and self.conf.encode() in words \
                    and not dead:
                found.append(int(pid))
        return sorted(found)

    def finish(self):
        self.command.wait(LIMIT)
        until(lambda: not self.processes(), "the guard ends")
        os.close(self.stdin)
        os.close(self.feed)
        self.out.seek(0)
        return self.out.read()

    def loaded(self):
        with open(self.policy) as f:
            text = f.read()
        return "old" if text.startswith(OLD) else \
            "new" if text.startswith(NEW) else "broken: " + text

    def state(self):
        state = self.loaded()
        with open(self.conf) as f:
            has = f.read() == RULE
        return state if not ADDS or has == (state == "new") else \
            f"the policy is {state}, and the file differs"

    def calls(self):
        """By process, in the order of their starts; None: one is traced."""
        found = {}
        with open(self.log) as f:
            for m in filter(None, map(CALL.match, f)):
                found.setdefault(m[1], []).append(m[2])
        return found


def until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not so in {LIMIT} s: {what}")
        time.sleep(0.05)


def is_traced_or_gone(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            return "TracerPid:\t0\n" not in f.read()
    except OSError:
        return True


def sites(calls, first):
    """(name, how often it was called up to there), from call `first` on."""
    count = collections.Counter()
    for index, name in enumerate(calls):
        count[name] += 1
        if index >= first:
            yield name, count[name]


def strace(machine, inject, *more):
    return ["strace", *more, "-o", machine.log, "-s", "16"] + \
        (["-e", "inject=" + inject] if inject else [])


def run_command(answer, inject, *more):
    """A fault in the command.  Return what is wrong, or None."""
    machine = Machine(answer)
    machine.start(strace(machine, inject, *more), 1)
    out = machine.finish()
    state = machine.state()
    with open(machine.log) as f:
        # A call may end in another line than it begins.
        told = re.search(r'write\(\d+, "k", 1', f.read())
    if state not in ("old", "new"):
        return f"{inject}: {state}"
    if state == "new" and not (answer and told):
        return f"{inject}: the new policy is in force, not confirmed: {out}"
    if ": confirmed" in out and state != "new":
        return f"{inject}: said to be confirmed, and is not in force"
    return None


def run_guard(inject, answer=None):
    """A fault in the guard.  Without an answer the command dies as well."""
    machine = Machine(None)
    machine.start([], 600)
    until(lambda: machine.loaded() == "new", "the policy is loaded")
    until(lambda: len(machine.processes()) == 2, "there is a guard")
    guard, = (pid for pid in machine.processes() if pid != machine.command.pid)
    tracer = subprocess.Popen(strace(machine, inject) + ["-p", str(guard)],
                              stderr=subprocess.DEVNULL)
    until(lambda: is_traced_or_gone(guard), "strace has it")
    if answer:
        os.write(machine.feed, answer)
    elif "signal=" in inject:
        machine.command.terminate()
    else:
        machine.command.kill()
    out = machine.finish()
    tracer.wait(LIMIT)
    state = machine.state()
    if state != ("new" if ": confirmed" in out else "old"):
        return f"guard, {inject}: {state}: {out}"
    return machine.calls()[None] if not inject else None


def run_well(*more):
    """Without a fault.  Return the system calls."""
    machine = Machine(b"yes\n")
    machine.start(strace(machine, None, *more), 60)
    out = machine.finish()
    if machine.state() != "new" or ": confirmed" not in out:
        sys.exit("it does not work without a fault: " + out)
    return machine.calls()


def main():
    calls = run_well()[None]
    first = calls.index("socketpair") - 8  # the signals are blocked there
    # The calls of the guard from its fork to its first wait.
    _, start = run_well("-f").values()
    start = start[:start.index("ppoll")]
    jobs = []
    guards = [(None, run_guard(""))]
    if ADDS:
        guards.append((b"yes\n", run_guard("", b"yes\n")))
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for name, when in sites(calls, first):
            for fault in "signal=KILL", "error=ENOMEM":
                if name == "exit_group" and fault.startswith("error"):
                    continue
                inject = f"{name}:{fault}:when={when}"
                jobs.append(pool.submit(run_command, b"yes\n", inject))
                jobs.append(pool.submit(run_command, None, inject))
        for name, when in sites(start, 0):
            for fault in "signal=KILL", "error=ENOMEM":
                inject = f"{name}:{fault}:when={when}"
                for answer in b"yes\n", None:
                    jobs.append(pool.submit(run_command, answer, inject,
                                            "-f"))
        for answer, calls in guards:
            for name, when in sites(calls, 0):
                if name in ("restart_syscall", "exit_group"):
                    continue
                for fault in "signal=KILL", "error=ENOMEM":
                    jobs.append(pool.submit(
                        run_guard, f"{name}:{fault}:when={when}", answer))
        wrong = [result for job in jobs if (result := job.result())]
    print(f"# {len(jobs)} faults")
    for line in wrong:
        print("# " + line.replace("\n", "\n#   "))
    sys.exit(bool(wrong))


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
main()
