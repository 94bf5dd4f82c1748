# SPDX-License-Identifier: GPL-2.0-only
"""
Print how many instructions the verifier has walked for each loaded program.
"""
import ctypes
import struct

# struct bpf_prog_info of <linux/bpf.h>
NAME, VERIFIED = 64, 216

libbpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
number = ctypes.c_uint32(0)
while not libbpf.bpf_prog_get_next_id(number, ctypes.byref(number)):
    info = ctypes.create_string_buffer(256)
    size = ctypes.c_uint32(len(info))
    program = libbpf.bpf_prog_get_fd_by_id(number)
    if not libbpf.bpf_obj_get_info_by_fd(program, info, ctypes.byref(size)):
        name = info.raw[NAME:NAME + 16].split(b"\0")[0].decode()
        print(name, struct.unpack_from("I", info.raw, VERIFIED)[0])
