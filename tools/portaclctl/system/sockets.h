/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: who holds which port.
 */
#ifndef _PORTACLCTL_SYSTEM_SOCKETS_H
#define _PORTACLCTL_SYSTEM_SOCKETS_H

#include "lib/util.h"

/**
 * struct bound - a socket that holds a port
 * @proto: enum portacl_proto
 * @port: the port
 * @addr: its address, as text
 * @uid: who made it
 * @inode: its inode
 * @pid: a process that has it open, 0: none was found
 * @kernel: no process has it, and all processes could be looked at
 * @net: a process of its network namespace
 * @connected: it has a peer, as the socket of a udp client has
 */
struct bound {
	u8 proto;
	u16 port;
	char addr[64];
	u32 uid;
	unsigned long inode;
	pid_t pid;
	bool kernel;
	pid_t net;
	bool connected;
};

struct bound *sockets_read(pid_t pid, u32 *nr);
struct bound *sockets_read_all(u32 *nr);

#endif /* _PORTACLCTL_SYSTEM_SOCKETS_H */
