/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what /proc tells about a process.
 */
#ifndef _PORTACLCTL_SYSTEM_PROCESS_H
#define _PORTACLCTL_SYSTEM_PROCESS_H

#include <sys/types.h>

#include "lib/util.h"

#define CAP_NET_BIND_SERVICE_BIT 10

/**
 * struct process - a process, or a program that a user might start
 * @pid: its id, 0: it does not run
 * @parent: its parent
 * @comm: its name
 * @exe: path of its executable
 * @uid: effective uid
 * @gid: effective gid
 * @groups: supplementary groups, ascending
 * @nr_groups: number of @groups
 * @cgroup: path in the cgroup v2 hierarchy, or NULL
 * @effective: capabilities
 * @permitted: capabilities
 * @ambient: capabilities
 * @bounding: capabilities
 * @no_new_privs: set
 * @seccomp: a filter is installed
 * @tracer: pid of the tracer, or 0
 * @tracer_root: the tracer is root's
 * @launched_by_root: real uid 0 executed the program
 * @launcher: what root had started and then executed it, or NULL; see
 *	launch_read()
 * @secure: it was executed with AT_SECURE
 * @own_root: its root directory is not that of process 1, or has another path
 * @own_user_ns: it is not in the initial user namespace
 * @own_net_ns: it is not in the initial network namespace
 * @own_mnt_ns: it is not in the mount namespace of process 1
 * @known: all of it could be read
 */
struct process {
	pid_t pid;
	pid_t parent;
	char comm[64];
	char exe[PATH_MAX];
	u32 uid;
	u32 gid;
	u32 *groups;
	u32 nr_groups;
	char *cgroup;
	u64 effective;
	u64 permitted;
	u64 ambient;
	u64 bounding;
	bool no_new_privs;
	bool seccomp;
	pid_t tracer;
	bool tracer_root;
	bool launched_by_root;
	char *launcher;
	bool secure;
	bool own_root;
	bool own_user_ns;
	bool own_net_ns;
	bool own_mnt_ns;
	bool known;
};

struct request;

bool proc_is_mounted(void);
void require_proc(void);
bool process_read(struct process *process, pid_t pid);
void process_free(struct process *process);
void each_process(void (*call)(void *context, pid_t pid), void *context);
char *process_file(pid_t pid, const char *name);
time_t process_started(pid_t pid);
char *process_writable(const struct process *process);
void process_request(const struct process *process, struct request *request);

#endif /* _PORTACLCTL_SYSTEM_PROCESS_H */
