# SPDX-License-Identifier: GPL-2.0-only
"""
Attach a program to the root cgroup that admits no other one at its hook, until the
file `stop' is there.  Usage: exclusive.py bind4|post_bind6
"""
import ctypes
import os
import struct
import sys
import time

NR_BPF, PROG_LOAD, PROG_ATTACH, PROG_DETACH = 321, 5, 8, 9
# The type of the program, and the hook.
TYPE, HOOK = {"bind4": (18, 8), "post_bind6": (9, 13)}[sys.argv[1]]

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr, 128)
    value = libc.syscall(NR_BPF, command, attr, 128)
    if value < 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    return value


# return 1
code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, 1, 0x95, 0, 0, 0))
license = ctypes.create_string_buffer(b"GPL")
program = bpf(PROG_LOAD, struct.pack("IIQQIIQII16sII", TYPE, 2,
                                     ctypes.addressof(code),
                                     ctypes.addressof(license), 0, 0, 0, 0, 0,
                                     b"exclusive", 0, HOOK))
where = struct.pack("IIII", os.open("/sys/fs/cgroup", os.O_RDONLY), program,
                    HOOK, 0)
bpf(PROG_ATTACH, where)
print("ready", flush=True)
while not os.path.exists("stop"):
    time.sleep(0.1)
bpf(PROG_DETACH, where)
