# SPDX-License-Identifier: GPL-2.0-only
"""
Attach a program to the root cgroup that admits no other one at its hook, post_bind6,
until the file `stop' is there.
"""
import ctypes
import os
import struct
import sys
import time

NR_BPF, PROG_LOAD, PROG_ATTACH, PROG_DETACH = 321, 5, 8, 9
CGROUP_SOCK, POST_BIND6 = 9, 13

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
program = bpf(PROG_LOAD, struct.pack("IIQQIIQII16sII", CGROUP_SOCK, 2,
                                     ctypes.addressof(code),
                                     ctypes.addressof(license), 0, 0, 0, 0, 0,
                                     b"exclusive", 0, POST_BIND6))
where = struct.pack("IIII", os.open("/sys/fs/cgroup", os.O_RDONLY), program,
                    POST_BIND6, 0)
bpf(PROG_ATTACH, where)
print("ready", flush=True)
while not os.path.exists("stop"):
    time.sleep(0.1)
bpf(PROG_DETACH, where)
