# SPDX-License-Identifier: GPL-2.0-only
"""
Fill the map of the tasks, so that a new thread gets no entry.  Then a process of
user 33 tries to open the memory of another one by way of its new thread.
Usage: full.py MAP
"""
import ctypes
import os
import struct
import subprocess
import sys
import threading

NR_BPF, OBJ_GET, UPDATE_BATCH, DELETE_BATCH = 321, 7, 26, 27
# More than the map has room for.
MANY = 1 << 18
KEY, VALUE = 8, 64

libc = ctypes.CDLL(None, use_errno=True)
keys = (ctypes.c_uint64 * MANY)(*range(1, MANY + 1))
values = ctypes.create_string_buffer(MANY * VALUE)


def bpf(command, attr):
    """Return what the call returns, and the attributes that it has changed."""
    attr = ctypes.create_string_buffer(attr, 128)
    return libc.syscall(NR_BPF, command, attr, 128), attr.raw


def open_map(path):
    path = ctypes.create_string_buffer(path.encode())
    return bpf(OBJ_GET, struct.pack("QII", ctypes.addressof(path), 0, 0))[0]


def change(command, fd, count):
    """Return the number of entries changed."""
    attr = struct.pack("QQQQIIQQ", 0, 0, ctypes.addressof(keys),
                       ctypes.addressof(values), count, fd, 0, 0)
    return struct.unpack_from("I", bpf(command, attr)[1], 32)[0]


def start(role):
    return subprocess.Popen(
        ["setpriv", "--reuid=33", "--regid=33", "--clear-groups",
         sys.executable, __file__, role],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def ask(process, line):
    process.stdin.write(line + "\n")
    return process.stdout.readline().strip()


def victim():
    thread = threading.Thread(target=threading.Event().wait, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return "no thread"
    return f"/proc/{os.getpid()}/task/{thread.native_id}/mem"


def intruder(path):
    try:
        os.open(path, os.O_RDWR)
    except OSError as error:
        return error.strerror
    return "SUCCESS"


def main():
    fd = open_map(sys.argv[1])
    processes = start("victim"), start("intruder")
    for process in processes:
        ask(process, "")
    filled = change(UPDATE_BATCH, fd, MANY)
    print(filled, "entries")
    path = ask(processes[0], "go")
    print(path if path[0] != "/" else ask(processes[1], path))
    change(DELETE_BATCH, fd, filled)
    for process in processes:
        process.kill()


if sys.argv[1] in ("victim", "intruder"):
    for line in sys.stdin:
        line = line.strip()
        if not line:
            print("ready", flush=True)
        else:
            print(victim() if sys.argv[1] == "victim" else intruder(line),
                  flush=True)
else:
    main()
