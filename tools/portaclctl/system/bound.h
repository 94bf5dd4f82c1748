/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: sockets that hold a port.
 */
#ifndef _PORTACLCTL_SYSTEM_BOUND_H
#define _PORTACLCTL_SYSTEM_BOUND_H

#include "lib/util.h"
#include "match.h"

/* The states of a socket that has a port. */
enum bound_state {
	BOUND_LISTENING,
	BOUND_IDLE,		/* bound; of udp: receives from anywhere */
	BOUND_CONNECTED,
	BOUND_CLOSED,		/* no process has it any more: TIME_WAIT, … */
	BOUND_NR_STATES,
};

/**
 * struct bound - a socket that holds a port, or several that are alike
 * @net: index in sockets.nets
 * @proto: enum portacl_proto
 * @state: enum bound_state
 * @port: the port
 * @addr: its address, IPv4 as mapped IPv6
 * @v6only: an IPv6 socket that does not serve IPv4
 * @mptcp: an MPTCP socket, whose port a TCP socket of the kernel holds
 * @uid: user who made it
 * @inode: its inode, 0: no process can have it open
 * @cgroup: id of the cgroup in which it was made, 0: not known
 * @pid: the first process that has it open, 0: none was found
 * @kernel: no process has it open, and all processes could be looked at
 * @count: number of sockets
 */
struct bound {
	u32 net;
	u8 proto;
	u8 state;
	u16 port;
	u8 addr[16];
	bool v6only;
	bool mptcp;
	u32 uid;
	u32 inode;
	u64 cgroup;
	pid_t pid;
	bool kernel;
	u32 count;
};

/**
 * struct net - a network namespace
 * @inode: its number
 * @pid: a process in it
 */
struct net {
	ino_t inode;
	pid_t pid;
};

/**
 * struct sockets - the sockets that were found; for sockets_free()
 * @items: the sockets, those of one process together
 * @nr: number of @items
 * @nets: the network namespaces that were looked at
 * @nr_nets: number of @nets
 * @unseen: what the kernel did not tell
 * @blind: there may be processes whose open files cannot be seen
 * @lists_idle: the kernel lists TCP sockets that are only bound
 */
struct sockets {
	struct bound *items;
	u32 nr;
	struct net *nets;
	u32 nr_nets;
	struct list unseen;
	bool blind;
	bool lists_idle;
};

#endif /* _PORTACLCTL_SYSTEM_BOUND_H */
