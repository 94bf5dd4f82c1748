// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/root.h"
#include "lib/cleanup.h"
#include "policy/address.h"
#include "system/diag.h"
#include "system/netns.h"
#include "system/process.h"
#include "system/sockets.h"

const char *const bound_states[BOUND_NR_STATES] = {
	[BOUND_LISTENING] = "listening",
	[BOUND_IDLE] = "bound",
	[BOUND_CONNECTED] = "connected",
	[BOUND_CLOSED] = "closed",
};

static int compare_u64(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

/* Sockets of no process come last; their inode is 0. */
static int compare_inodes(const void *a, const void *b)
{
	const struct bound *x = a, *y = b;

	return compare_u64(x->inode - 1U, y->inode - 1U);
}

/* The inode may be there more than once: SCTP has a socket for each address. */
static void note_owner(struct sockets *sockets, u32 inode, pid_t pid)
{
	struct bound key = { .inode = inode }, *at, *items = sockets->items;

	at = inode ? bsearch(&key, items, sockets->nr, sizeof(*at),
			     compare_inodes) : NULL;
	while (at && at > items && at[-1].inode == inode)
		at--;
	for (; at && at < items + sockets->nr && at->inode == inode; at++)
		if (!at->pid || pid < at->pid)
			at->pid = pid;
}

static void look_for_sockets(void *context, pid_t pid)
{
	struct sockets *sockets = context;
	autofree char *path = xasprintf("/proc/%d/fd", pid);
	autoclosedir DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir && errno != ENOENT)
		sockets->blind = true;
	while (dir && (entry = readdir(dir))) {
		char target[64] = "";
		u32 inode;

		if (readlinkat(dirfd(dir), entry->d_name, target,
			       sizeof(target) - 1) < 0)
			sockets->blind |= errno == EACCES || errno == EPERM;
		else if (sscanf(target, "socket:[%u]", &inode) == 1)
			note_owner(sockets, inode, pid);
	}
}

/* The initial one has a number of its own. */
#define INIT_PID_NS 0xeffffffcU

/* In a pid namespace of its own the processes of others are not visible. */
static bool sees_all_processes(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == INIT_PID_NS;
}

/* Sockets at one address and port stand together, MPTCP's first. */
static int compare_places(const void *a, const void *b)
{
	const struct bound *x = a, *y = b;
	int diff = compare_u64(x->net, y->net);

	diff = diff ? diff : compare_u64(x->proto, y->proto);
	diff = diff ? diff : compare_u64(x->port, y->port);
	diff = diff ? diff : memcmp(x->addr, y->addr, sizeof(x->addr));
	return diff ? diff : compare_u64(!x->mptcp, !y->mptcp);
}

/* Sockets of one process stand together, and those that are alike. */
static int compare_owners(const void *a, const void *b)
{
	const struct bound *x = a, *y = b;
	int diff = compare_u64(x->pid, y->pid);

	diff = diff ? diff : compare_u64(x->net, y->net);
	diff = diff ? diff : compare_u64(x->proto, y->proto);
	diff = diff ? diff : compare_u64(x->port, y->port);
	diff = diff ? diff : compare_u64(x->state, y->state);
	diff = diff ? diff : memcmp(x->addr, y->addr, sizeof(x->addr));
	diff = diff ? diff : compare_u64(x->v6only, y->v6only);
	diff = diff ? diff : compare_u64(x->uid, y->uid);
	diff = diff ? diff : compare_u64(x->cgroup, y->cgroup);
	return diff ? diff : compare_u64(x->kernel, y->kernel);
}

static bool same_place(const struct bound *a, const struct bound *b)
{
	return a->net == b->net && a->proto == b->proto &&
	       a->port == b->port && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

/*
 * A program has the MPTCP socket open, and a TCP socket of the kernel's holds
 * the port.  Give the latter the owner of the former, which goes.
 */
static void merge_mptcp(struct sockets *sockets)
{
	struct bound *items = sockets->items, *owner = NULL, *item;
	u32 i, nr = 0;

	qsort(items, sockets->nr, sizeof(*items), compare_places);
	for (item = items; item < items + sockets->nr; item++) {
		if (item->mptcp) {
			owner = item;
			continue;
		}
		if (!owner || !owner->pid || item->pid ||
		    !same_place(owner, item) ||
		    (item->state == BOUND_LISTENING) !=
		    (owner->state == BOUND_LISTENING))
			continue;
		item->pid = owner->pid;
		item->uid = owner->uid;
		item->state = owner->state;
	}
	for (i = 0; i < sockets->nr; i++)
		if (!items[i].mptcp)
			items[nr++] = items[i];
	sockets->nr = nr;
}

/* Those that are alike become one. */
static void fold(struct sockets *sockets)
{
	struct bound *items = sockets->items;
	u32 i, nr = 0;

	qsort(items, sockets->nr, sizeof(*items), compare_owners);
	for (i = 0; i < sockets->nr; i++)
		if (nr && !compare_owners(&items[nr - 1], &items[i]))
			items[nr - 1].count++;
		else
			items[nr++] = items[i];
	sockets->nr = nr;
}

/* Find the processes that have the sockets open. */
static void find_owners(struct sockets *sockets)
{
	u32 i;

	if (!sockets->nr)
		return;
	sockets->blind = !sees_all_processes();
	qsort(sockets->items, sockets->nr, sizeof(*sockets->items),
	      compare_inodes);
	each_process(look_for_sockets, sockets);
	merge_mptcp(sockets);
	for (i = 0; i < sockets->nr; i++)
		sockets->items[i].kernel = !sockets->items[i].pid &&
			sockets->items[i].state != BOUND_CLOSED &&
			!sockets->blind;
	fold(sockets);
}

static ino_t net_inode(pid_t pid)
{
	autofree char *path = xasprintf("/proc/%d/ns/net", pid);
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* Read the sockets of a network namespace. */
static void read_net(struct sockets *sockets, pid_t pid, u8 proto, u16 port)
{
	int own;

	make_room(sockets->nets, sockets->nr_nets);
	sockets->nets[sockets->nr_nets++] = (struct net) {
		.inode = net_inode(pid), .pid = pid,
	};
	if (!proc_is_mounted())
		sockets_unseen(sockets, xstrdup(
			"processes and sysctls: procfs is not mounted"));
	if (!net_enter(pid, &own)) {
		sockets_unseen(sockets, xasprintf(
			"sockets in the network namespace of process %d: %s",
			pid, geteuid() ? "only root may enter it" :
					 strerror(errno)));
		return;
	}
	diag_read(sockets, proto, port);
	net_leave(own);
}

/**
 * sockets_read - find the sockets that hold a port
 * @sockets: where they are stored, for sockets_free()
 * @pid: a process of the network namespace to look at
 * @proto: enum portacl_proto
 * @port: the port
 */
void sockets_read(struct sockets *sockets, pid_t pid, u8 proto, u16 port)
{
	*sockets = (struct sockets) { 0 };
	if (root_option) {
		sockets_unseen(sockets, xstrdup(
			"with --root: sockets are those of the system that runs, and are not listed"));
		return;
	}
	read_net(sockets, pid, proto, port);
	find_owners(sockets);
}

static void read_new_net(void *context, pid_t pid)
{
	struct sockets *sockets = context;
	ino_t inode = net_inode(pid);
	u32 i;

	for (i = 0; i < sockets->nr_nets; i++)
		if (sockets->nets[i].inode == inode)
			return;
	if (inode)
		read_net(sockets, pid, ANY_PROTO, 0);
}

/**
 * sockets_read_all - find the sockets that hold any port
 * @sockets: where they are stored, for sockets_free()
 *
 * In all network namespaces that have a process.  The system below another root
 * directory has none.
 */
void sockets_read_all(struct sockets *sockets)
{
	*sockets = (struct sockets) { 0 };
	if (root_option)
		return;
	read_new_net(sockets, 1);
	/* Only root may see in which one a process of another user is. */
	if (!sockets->nr_nets)
		read_new_net(sockets, getpid());
	else
		each_process(read_new_net, sockets);
	if (!sockets->nr_nets)
		read_net(sockets, 0, ANY_PROTO, 0);
	find_owners(sockets);
}

void sockets_free(struct sockets *sockets)
{
	free(sockets->items);
	free(sockets->nets);
	list_free(&sockets->unseen);
}

/* The address as people write it. */
const char *bound_addr(const struct bound *bound, char text[INET6_ADDRSTRLEN])
{
	const struct portacl_cidr *cidr;
	struct portacl_request held;

	portacl_request_addr(&held, bound->addr, true);
	cidr = &held.bound[0];
	return cidr_is_v4(cidr) ?
	       inet_ntop(AF_INET, cidr->addr + 12, text, INET6_ADDRSTRLEN) :
	       inet_ntop(AF_INET6, cidr->addr, text, INET6_ADDRSTRLEN);
}

static bool overlap(const struct portacl_cidr *a, const struct portacl_cidr *b)
{
	return cidr_is_v4(a) == cidr_is_v4(b) &&
	       (cidr_covers(a, b) || cidr_covers(b, a));
}

/**
 * bound_clashes - do a socket and a bind want the same address?
 * @bound: the socket
 * @request: the bind, of the same protocol and port
 *
 * Return: whether they do; SO_REUSEADDR and SO_REUSEPORT may allow it.
 */
bool bound_clashes(const struct bound *bound,
		   const struct portacl_request *request)
{
	struct portacl_request held;
	u32 i, n;

	if (!request->nr_bound)
		return true;
	portacl_request_addr(&held, bound->addr, bound->v6only);
	for (i = 0; i < held.nr_bound; i++)
		for (n = 0; n < request->nr_bound; n++)
			if (overlap(&held.bound[i], &request->bound[n]))
				return true;
	return false;
}
