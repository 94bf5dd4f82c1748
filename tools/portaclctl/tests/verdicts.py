#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compare four verdicts on random binds under random policies.

Usage: verdicts.py PORTACLCTL BINDS [SEED], as root in a guest

The same question is put to `test' (the model, from the file), to `test
--kernel' (the kernel's query), to `explain PID' (what the tool finds out about
the process) and to bind(2) itself.  One line of TAP; a difference is shown with
the policy and the process, and the seed repeats it.

No question can name a socket for IPv6 alone at the wildcard: `check --live' must
not call one refused that bind(2) has made.  That a program shared its fs_struct
cannot be seen from outside, so the question says it.
"""
import json
import os
import random
import shutil
import subprocess
import sys

CTL, BINDS = sys.argv[1], int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
BASE = "/opt/verdicts"
JAIL = "/mnt/verdicts"
CGROUP = "/sys/fs/cgroup"
PERL = os.path.realpath("/usr/bin/perl")
SETPRIV = os.path.realpath("/usr/bin/setpriv")
# Programs as a rule writes them; the last one is a link to the second.
RULE_EXES = [PERL, BASE + "/a/perl", BASE + "/w/perl", BASE + "/d/perl",
             JAIL + PERL, BASE + "/link"]
START_EXES = [PERL, BASE + "/a/perl", BASE + "/w/perl", BASE + "/d/perl",
              BASE + "/link"]
UIDS = [0, 33, 34, 2000]
GROUPS = list(range(5000, 5300))
PORTS = [7, 80, 81, 443, 600, 1023, 1024, 3000, 8080]
CGROUPS = ["/verdicts", "/verdicts/a", "/verdicts/a/b", "/verdicts/ab"]
ADDRS = {"0.0.0.0": 2, "127.0.0.1": 2, "127.0.0.2": 2, "::": 10, "::1": 10}
PREFIXES = ["0.0.0.0/0", "127.0.0.0/8", "127.0.0.1", "127.0.0.2", "::/0",
            "::1", "0.0.0.0/0,::/0", "127.0.0.1,::1"]
PROTOS = {"tcp": (1, 6), "udp": (2, 17), "sctp": (1, 132), "udplite": (2, 136)}
TAINTS = ["env", "nnp", "chroot", "writable"]
EACCES = 13
EADDRINUSE = 98

BINDER = r"""
use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
$| = 1;
print "ready\n";
while (<STDIN>) {
	my ($what, @arg) = split;
	if ($what eq "ids") {
		print syscall(117, $arg[0] + 0, $arg[1] + 0, $arg[2] + 0) ? 0 + $! : 0, "\n";
		next;
	}
	$kept = undef;
	my ($family, $type, $proto, $addr, $port, $alone) = @arg;
	my $packed = inet_pton($family, $addr);
	if (!socket(my $s, $family, $type, $proto)) {
		print "none\n";
	} else {
		setsockopt($s, 41, 26, $alone) if $family == 10;
		print bind($s, $family == 2 ? pack_sockaddr_in($port, $packed) :
			pack_sockaddr_in6($port, $packed)) ? 0 : 0 + $!, "\n";
		listen $s, 1 if $type == 1;
		$kept = $s;
	}
}
"""

# exec while another process shares the root and working directory
SHARER = r"""
my $parent = $$;
if (!syscall 56, 0x200 | 17, 0, 0, 0, 0) {
	sleep 1 while getppid() == $parent;
	exit;
}
exec @ARGV;
"""

# Trace a process as its user may, until standard input ends.
TRACER = r"""
$| = 1;
my $pid = shift;
print "traced\n" if !syscall(101, 16, $pid + 0, 0, 0) &&
	waitpid($pid, 0x40000000) && !syscall 101, 7, $pid + 0, 0, 0;
print "done\n";
<STDIN>;
"""

rand = random.Random(SEED)


def output(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, text=True).stdout


def prepare():
    for name, uid in (("a", 0), ("w", 33), ("d", 0)):
        os.makedirs(BASE + "/" + name)
        shutil.copy(PERL, BASE + "/" + name + "/perl")
        os.chown(BASE + "/" + name + "/perl", uid, 0)
    os.symlink(BASE + "/a/perl", BASE + "/link")
    os.makedirs(JAIL)
    os.chdir("/")
    for command in (["mount", "--rbind", "/", JAIL],
                    ["ip", "link", "set", "lo", "up"]):
        subprocess.run(command, check=True)
    for cgroup in CGROUPS:
        os.makedirs(CGROUP + cgroup, exist_ok=True)
    for name, text in (("binder", BINDER), ("sharer", SHARER),
                       ("tracer", TRACER)):
        with open(BASE + "/" + name + ".pl", "w", encoding="ascii") as out:
            out.write(text)
    # In a cgroup, and a network namespace with an address to bind.
    with open(BASE + "/in_cgroup", "w", encoding="ascii") as out:
        out.write('echo $$ > "$1"\nshift\nexec "$@"\n')
    with open(BASE + "/lo_up", "w", encoding="ascii") as out:
        out.write('ip link set lo up\nexec "$@"\n')


def some(values, most=3):
    return rand.sample(values, rand.randint(1, min(most, len(values))))


def numbers(values):
    """A list for uid=, gid= or ports, at times with a range."""
    chosen = [str(n) for n in some(values)]
    if rand.random() < 0.3:
        low, high = sorted(rand.sample(values, 2))
        chosen = ["%d-%d" % (low, high)]
    return ",".join(chosen)


def make_rule():
    allow = rand.random() < 0.7
    words = ["allow" if allow else "deny",
             rand.choice(["any", "tcp", "tcp", "udp", "tcp,udp",
                          "sctp,udplite,tcp"]),
             numbers(PORTS)]
    keys = set(k for k in ("exe", "uid", "gid", "addr", "net", "cgroup",
                           "launch") if rand.random() < 0.3)
    if "exe" in keys:
        words.append("exe=" + rand.choice(RULE_EXES))
    if "uid" in keys:
        words.append("uid=" + numbers(UIDS))
    if "gid" in keys:
        words.append("gid=" + numbers(GROUPS))
    if "addr" in keys:
        words.append("addr=" + rand.choice(PREFIXES))
    if "net" in keys:
        words.append("net=any")
    if "cgroup" in keys:
        words.append("cgroup=" + rand.choice(CGROUPS))
    if "launch" in keys:
        words.append("launch=root")
    # Else the rule would open the port to everybody, and is refused.
    if allow and "exe" in keys and keys & {"uid", "gid", "cgroup", "launch"}:
        if rand.random() < 0.5:
            words.append("accept=" + ",".join(some(TAINTS, 4)))
    if allow and rand.random() < 0.2:
        words.append("only")
    return " ".join(words)


def make_policy():
    lines = ["default " + rand.choice(["legacy", "legacy", "allow", "deny"])]
    if rand.random() < 0.5:
        lines.append("launcher " + SETPRIV)
    lines += [make_rule() for _ in range(rand.randint(1, 10))]
    return "\n".join(lines) + "\n"


class Process:
    """A binder, started in one of many ways."""
    def __init__(self):
        self.uid = rand.choice(UIDS)
        self.exe = rand.choice(START_EXES)
        self.net = rand.choice(["init", "init", "init", "other", "own"])
        # The kernel makes no user namespace in a chroot.
        self.jail = self.net != "own" and rand.random() < 0.15
        self.setpriv = self.uid != 0 or rand.random() < 0.5
        nnp = rand.random() < 0.25
        groups = rand.sample(GROUPS, rand.choice([0, 1, 3, 31, 40, 250]))
        argv = []
        if rand.random() < 0.5:
            argv += ["sh", BASE + "/in_cgroup", CGROUP +
                     rand.choice(CGROUPS) + "/cgroup.procs"]
        if self.net == "other":
            argv += ["unshare", "-n", "sh", BASE + "/lo_up"]
        if self.jail:
            argv += ["chroot", JAIL]
        if self.setpriv:
            argv += [SETPRIV, "--reuid=%d" % self.uid,
                     "--regid=%d" % rand.choice([self.uid, 5000]),
                     "--groups=" + ",".join(map(str, groups)) if groups
                     else "--clear-groups"]
            argv += ["--no-new-privs"] if nnp else []
        if self.net == "own":
            argv += ["unshare", "-r", "-n", "sh", BASE + "/lo_up"]
        # One that the question could not name beside the others
        self.shared = self.net != "own" and rand.random() < 0.1
        if self.shared:
            argv += [PERL, BASE + "/sharer.pl"]
        self.argv = argv + [self.exe, BASE + "/binder.pl"]
        self.tracer = None
        if self.exe == BASE + "/d/perl":
            shutil.copy(PERL, self.exe)
        self.run = subprocess.Popen(self.argv, stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
        self.works = self.run.stdout.readline() == "ready\n"
        # The process keeps its program when that is gone.
        if self.exe == BASE + "/d/perl":
            os.unlink(self.exe)

    def ask(self, *words):
        self.run.stdin.write(" ".join(map(str, words)) + "\n")
        self.run.stdin.flush()
        return self.run.stdout.readline().strip()

    def drop(self):
        """Another effective user, for good or not."""
        uid = rand.choice([33, 34])
        if self.uid == 0 and self.net != "own":
            self.ask("ids", rand.choice([uid, -1]), uid,
                     rand.choice([uid, -1]))
            self.argv.append("(then uid %d)" % uid)

    def trace(self):
        """By its own user, if the kernel permits it."""
        if self.uid == 0 or self.net == "own" or self.jail or self.shared:
            return
        self.tracer = subprocess.Popen(
            [SETPRIV, "--reuid=%d" % self.uid, "--clear-groups", PERL,
             BASE + "/tracer.pl", str(self.run.pid)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.tracer.stdout.readline() == "traced\n":
            self.argv.append("(traced)")

    def hidden(self):
        """What the tool cannot know: here no unit starts the program."""
        if self.shared:
            return ["taint=shared"]
        if self.setpriv and self.net != "own" and not self.jail:
            return ["launcher=" + SETPRIV]
        return []

    def end(self):
        for run in filter(None, (self.tracer, self.run)):
            run.stdin.close()
            run.wait()


def judge_alone(process, real, place):
    """A bind that the kernel has granted could be made again."""
    if real in (str(EACCES), str(EADDRINUSE)):
        return []
    if real != "0":
        return ["bind: errno " + real]
    said = output(CTL, "check", "--live", "--json", BASE + "/policy")
    wrong = [text for text in json.loads(said)["live"]["findings"]
             if "(pid %d," % process.run.pid in text and place + " " in text]
    return ["an IPv6 socket alone: " + text for text in wrong]


def expect(view):
    """The errno of a bind, by what explain says of it."""
    if view["refused"]:
        return EACCES
    # Another binder may keep the socket of its last bind.
    return EADDRINUSE if view["held_by"] else 0


def judge(process):
    """Put one question to all four; None: this kernel has no such socket."""
    proto, port = rand.choice(sorted(PROTOS)), rand.choice(PORTS)
    addr = rand.choice(sorted(ADDRS))
    family = ADDRS[addr]
    alone = int(family == 10 and rand.random() < 0.5)
    real = process.ask("bind", family, *PROTOS[proto], addr, port, alone)
    if real == "none":
        return None
    if alone and addr == "::":
        return judge_alone(process, real, "%s/%d" % (proto, port))
    explained = output(CTL, "explain", "--json", str(process.run.pid),
                       "%s/%d" % (proto, port), "addr=" + addr,
                       *process.hidden())
    try:
        view = json.loads(explained)
    except ValueError:
        return ["explain: " + explained]
    layer = [x["text"] for x in view["layers"] if x["layer"] == "portacl"][0]
    words = view["request"].split()
    model = output(CTL, "test", "--file", BASE + "/policy", *words)
    kernel = output(CTL, "test", "--kernel", *words)
    # The model names the protocols of a rule of another one, in brackets.
    model = model.split("\n")[0].split(" (rule ")[0]
    kernel = kernel.split("\n")[0].split(" (rule ")[0]
    foreign = layer.startswith("never asked")
    good = real == str(expect(view))
    same = foreign or (model == kernel and layer.startswith(kernel))
    if good and same:
        return []
    return ["bind: errno " + real, "explain: " + json.dumps(view, indent=1),
            "test: " + model, "test --kernel: " + kernel,
            "request: " + view["request"]]


def load(policy):
    with open(BASE + "/policy", "w", encoding="ascii") as out:
        out.write(policy)
    return output(CTL, "load", BASE + "/policy")


def main():
    prepare()
    print("# seed %d" % SEED, flush=True)
    done = granted = 0
    differ = []
    while done < BINDS and not differ:
        policy = make_policy()
        # Some are there before the policy is.
        load("")
        processes = [Process()]
        said = load(policy)
        processes += [Process(), Process(), Process()]
        if "loaded: " not in said:
            differ = ["the policy does not load: " + said]
        for process in processes:
            if process.works and rand.random() < 0.3:
                process.drop()
            elif process.works and rand.random() < 0.2:
                process.trace()
            for _ in range(8 if process.works else 0):
                differ = differ or judge(process) or []
                done += 1
            if differ:
                differ += ["policy: " + policy,
                           "process: " + " ".join(process.argv)]
                break
        for process in processes:
            process.end()
    for line in "\n".join(differ).split("\n") if differ else []:
        print("# " + line)
    load("")
    print("%s 1 - %d binds: test, query, explain and bind agree"
          % ("not ok" if differ else "ok", done), flush=True)
    print("1..1")
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
