# SPDX-License-Identifier: GPL-2.0-only
"""
Make a map with the name of the guard's, wait until the file `stop' is there, and say
whether somebody has written to it.
"""
import ctypes
import os
import struct
import sys
import time

NR_BPF, MAP_CREATE, MAP_LOOKUP = 321, 0, 1
ARRAY, SIZE, ENTRIES = 2, 2048, 64

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr, 128)
    return libc.syscall(NR_BPF, command, attr, 128)


loaders = bpf(MAP_CREATE, struct.pack("IIIIIII16s", ARRAY, 4, SIZE, ENTRIES, 0,
                                      0, 0, b"portacl_loaders"))
if loaders < 0:
    sys.exit(os.strerror(ctypes.get_errno()))
print("ready", flush=True)
while not os.path.exists("stop"):
    time.sleep(0.1)
value = ctypes.create_string_buffer(SIZE)
for i in range(ENTRIES):
    key = ctypes.c_uint32(i)
    if bpf(MAP_LOOKUP, struct.pack("IIQQQ", loaders, 0, ctypes.addressof(key),
                                   ctypes.addressof(value), 0)):
        sys.exit("entry %d cannot be read" % i)
    if any(value.raw):
        sys.exit("entry %d: %s" % (i, value.raw[:64].hex()))
print("nothing was written", flush=True)
