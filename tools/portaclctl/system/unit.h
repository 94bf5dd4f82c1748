/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: a unit of systemd, as far as it matters for binds.
 */
#ifndef _PORTACLCTL_SYSTEM_UNIT_H
#define _PORTACLCTL_SYSTEM_UNIT_H

#include "lib/util.h"

/**
 * struct capability - CAP_NET_BIND_SERVICE in a set of capabilities
 * @has: the set has it
 * @said: something was said of the set
 */
struct capability {
	bool has;
	bool said;
};

/**
 * struct unit - a service or a socket
 * @name: its file name
 * @programs: the programs that it starts
 * @user: User=, or NULL
 * @dynamic_user: DynamicUser=
 * @as_root: a program has + or ! before it, so that it is started as root
 * @ambient: of AmbientCapabilities=
 * @bounding: of CapabilityBoundingSet=
 * @private_users: PrivateUsers=
 * @nnp: NoNewPrivileges=
 * @root_directory: RootDirectory=, or NULL
 * @root_image: RootImage=, or NULL
 * @implied: settings that make systemd set no_new_privs all the same
 * @mounts: what systemd mounts for it, as SETTING=DIRECTORY
 * @slice: Slice=, or NULL
 * @streams: ListenStream=
 * @datagrams: ListenDatagram=
 * @bind_deny: SocketBindDeny=
 * @bind_allow: SocketBindAllow=
 * @protocol: SocketProtocol=, or NULL
 */
struct unit {
	char *name;
	struct list programs;
	char *user;
	bool dynamic_user;
	bool as_root;
	struct capability ambient;
	struct capability bounding;
	bool private_users;
	bool nnp;
	char *root_directory;
	char *root_image;
	u32 implied;
	struct list mounts;
	char *slice;
	struct list streams;
	struct list datagrams;
	struct list bind_deny;
	struct list bind_allow;
	char *protocol;
};

#endif /* _PORTACLCTL_SYSTEM_UNIT_H */
