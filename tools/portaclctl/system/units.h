/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: systemd's units, as far as they matter for binds.
 */
#ifndef _PORTACLCTL_SYSTEM_UNITS_H
#define _PORTACLCTL_SYSTEM_UNITS_H

#include "lib/util.h"

/**
 * struct unit - a service or a socket
 * @name: its file name
 * @programs: the programs that it starts
 * @user: User=, or NULL
 * @dynamic_user: DynamicUser=
 * @as_root: a program has + or ! before it, so that it is started as root
 * @bind_service: AmbientCapabilities= has CAP_NET_BIND_SERVICE
 * @private_users: PrivateUsers=
 * @nnp: NoNewPrivileges=
 * @own_root: RootDirectory= or RootImage=
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
	bool bind_service;
	bool private_users;
	bool nnp;
	bool own_root;
	u32 implied;
	struct list mounts;
	char *slice;
	struct list streams;
	struct list datagrams;
	struct list bind_deny;
	struct list bind_allow;
	char *protocol;
};

struct unit *units_read(u32 *nr);
void units_free(struct unit *units, u32 nr);
bool unit_is_unprivileged(const struct unit *unit);
const char *unit_nnp(const struct unit *unit);
char *unit_nosuid(const struct unit *unit, const char *path);
char *unit_user(const struct unit *unit);
char *unit_cgroup(const struct unit *unit);

#endif /* _PORTACLCTL_SYSTEM_UNITS_H */
