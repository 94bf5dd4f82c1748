# SPDX-License-Identifier: GPL-2.0-only
"""Compare what `who` and `explain` say of a port with bind itself.

Usage: sockets.py PORTACLCTL, in a network namespace of its own, as root.

A socket is brought into each state that the kernel lets it be in.  Then:
`who` says "free": a bind to every address succeeds.  `explain` of a bind to
an address names no holder, and lists nothing that it cannot see: that bind
succeeds.  The reverse holds, too, as no socket here sets SO_REUSEADDR.
One line of TAP for each state.
"""
import errno
import json
import socket
import subprocess
import sys

CTL = sys.argv[1]
PORT = 7100
V4, V6 = socket.AF_INET, socket.AF_INET6
ADDRESSES = ["0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1"]
KINDS = {
    "tcp": ("tcp", socket.SOCK_STREAM, 6),
    "mptcp": ("tcp", socket.SOCK_STREAM, 262),
    "sctp": ("sctp", socket.SOCK_STREAM, 132),
    "sctp-many": ("sctp", socket.SOCK_SEQPACKET, 132),
    "dccp": ("dccp", 6, 33),
    "udp": ("udp", socket.SOCK_DGRAM, 17),
    "udplite": ("udplite", socket.SOCK_DGRAM, 136),
}
points = failed = 0


def make(kind, family=V4):
    return socket.socket(family, KINDS[kind][1], KINDS[kind][2])


def bound(kind, addr, family=V4, v6only=False):
    s = make(kind, family)
    if v6only:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((addr, PORT))
    return s


def listening(kind, addr, family=V4, v6only=False):
    s = bound(kind, addr, family, v6only)
    s.listen(1)
    return s


def server(kind):
    """A listener at a port that is not the one asked for."""
    s = make(kind)
    s.bind(("127.0.0.1", PORT + 1))
    s.listen(1)
    return s


def connected(kind):
    s, c = server(kind), bound(kind, "127.0.0.1")
    c.connect(s.getsockname())
    return s, c, s.accept()[0]


def half_closed(kind):
    """FIN_WAIT2, of a socket that no process has any more."""
    s, c, a = connected(kind)
    c.close()
    return s, a


def time_wait(kind):
    s, c, a = connected(kind)
    c.close()
    a.close()
    return s


def accepted(kind):
    """The listener is gone, what it accepted is not."""
    s, c = listening(kind, "127.0.0.1"), make(kind)
    c.connect(("127.0.0.1", PORT))
    a = s.accept()[0]
    s.close()
    return c, a


def connecting(kind):
    """SYN_SENT: to a listener whose queue is full."""
    s, fill = server(kind), []
    for _ in range(8):
        f = make(kind)
        f.setblocking(False)
        f.connect_ex(s.getsockname())
        fill.append(f)
    c = bound(kind, "127.0.0.1")
    c.setblocking(False)
    c.connect_ex(s.getsockname())
    return s, fill, c


def chosen(kind):
    """The kernel chose the port at connect()."""
    global PORT
    s, c = server(kind), make(kind)
    c.connect(s.getsockname())
    PORT = c.getsockname()[1]
    return s, c


def udp_connected(kind):
    s = bound(kind, "127.0.0.1")
    s.connect(("127.0.0.1", PORT + 1))
    return s


def states(kind):
    yield "no socket", lambda: None
    for where, args in (("0.0.0.0", ()), ("127.0.0.1", ()), ("::", (V6,)),
                        ("::", (V6, True)), ("::1", (V6,)),
                        ("::ffff:127.0.0.1", (V6,))):
        name = where + (" IPv6 only" if True in args else "")
        yield "bound " + name, lambda w=where, a=args: bound(kind, w, *a)
        if not kind.startswith("udp"):
            yield ("listening " + name,
                   lambda w=where, a=args: listening(kind, w, *a))
    if kind.startswith("udp"):
        yield "connected", lambda: udp_connected(kind)
    elif kind != "sctp-many":
        yield "connected", lambda: connected(kind)
        yield "accepted", lambda: accepted(kind)
        yield "chosen by the kernel", lambda: chosen(kind)
    if kind == "tcp":
        yield "half closed", lambda: half_closed(kind)
        yield "TIME_WAIT", lambda: time_wait(kind)
        yield "connecting", lambda: connecting(kind)


def ask(*words):
    run = subprocess.run([CTL, *words], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL)
    return json.loads(run.stdout)


def may_bind(kind, addr, v6only=False):
    try:
        bound(kind, addr, V6 if ":" in addr else V4, v6only).close()
    except OSError as e:
        if e.errno != errno.EADDRINUSE:
            raise
        return False
    return True


def wrong(kind):
    """What the tool says of the port that is not so."""
    place = "%s/%d" % (KINDS[kind][0], PORT)
    who = ask("who", "--json", "--file", "/dev/null", place)
    can = {addr: may_bind(kind, addr) for addr in ADDRESSES}
    if who["free"] and not all(can.values()):
        yield "who: free, but %s" % can
    if not who["free"] and all(can.values()) and not who["unlisted"]:
        yield "who: held, but %s" % can
    if not who["free"] and not who["holders"] and not who["unlisted"]:
        yield "who: not free, without a reason"
    for addr in ADDRESSES:
        said = ask("explain", "--json", "--file", "/dev/null", "/bin/true",
                   "root", place, "addr=" + addr)
        held = said["held_by"] is not None
        unlisted = [u for u in who["unlisted"] if u in said["unseen"]]
        if held == can[addr] and not (not held and unlisted):
            yield "explain %s: held_by %s, bind says %s" % (
                addr, said["held_by"], can[addr])


def point(kind, name, enter):
    global PORT, points, failed
    PORT += 10
    kept = enter()
    found = list(wrong(kind))
    points += 1
    failed += bool(found)
    print("%s %d - %s: %s: what is said is so" %
          ("not ok" if found else "ok", points, kind, name))
    for text in found:
        print("#", text)
    sys.stdout.flush()
    del kept


def main():
    global points
    print("TAP version 13")
    for kind in KINDS:
        try:
            make(kind).close()
        except OSError as e:
            points += 1
            print("ok %d - %s # SKIP %s" % (points, kind, e.strerror))
            continue
        for name, enter in states(kind):
            point(kind, name, enter)
    print("1..%d" % points)
    sys.exit(failed > 0)


main()
