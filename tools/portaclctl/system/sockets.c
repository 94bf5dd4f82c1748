// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy.h"
#include "system/process.h"
#include "system/sockets.h"

#define TCP_ESTABLISHED 1
#define TCP_LISTEN 10

/**
 * struct bound_list - the sockets found so far
 * @items: the sockets
 * @len: number of @items
 * @net: the process whose tables are read
 * @blind: there may be processes whose open files cannot be seen
 */
struct bound_list {
	struct bound *items;
	u32 len;
	pid_t net;
	bool blind;
};

static struct bound *add(struct bound_list *list, const struct bound *bound)
{
	list->items = xrealloc(list->items, list->len + 1,
			       sizeof(*list->items));
	list->items[list->len] = *bound;
	list->items[list->len].net = list->net;
	return &list->items[list->len++];
}

/* Groups of eight digits, each a number in the byte order of the machine. */
static void read_addr(struct bound *bound, const char *hex)
{
	size_t words = strlen(hex) / 8, i;
	u32 addr[4] = { 0 };

	for (i = 0; i < words && i < 4; i++) {
		char word[9];

		snprintf(word, sizeof(word), "%.8s", hex + 8 * i);
		addr[i] = strtoul(word, NULL, 16);
	}
	inet_ntop(words == 1 ? AF_INET : AF_INET6, addr, bound->addr,
		  sizeof(bound->addr));
}

static void read_socket(struct bound_list *list, u8 proto, const char *line)
{
	struct bound bound = { .proto = proto };
	unsigned int port, state;
	char hex[40];

	if (sscanf(line, " %*d: %39[0-9A-F]:%x %*s %x %*s %*s %*s %u %*d %lu",
		   hex, &port, &state, &bound.uid, &bound.inode) != 5)
		return;
	if ((proto == PORTACL_TCP && state != TCP_LISTEN) || !port)
		return;
	bound.port = port;
	bound.connected = state == TCP_ESTABLISHED;
	read_addr(&bound, hex);
	add(list, &bound);
}

static void read_endpoint(struct bound_list *list, const char *line)
{
	struct bound bound = { .proto = PORTACL_SCTP };
	unsigned int port;

	if (sscanf(line, " %*x %*x %*d %*d %*d %u %u %lu %63s", &port,
		   &bound.uid, &bound.inode, bound.addr) < 3)
		return;
	bound.port = port;
	add(list, &bound);
}

static void read_table(struct bound_list *list, pid_t pid, const char *name,
		       u8 proto)
{
	char *path = xasprintf("net/%s", name);
	char *text = process_file(pid, path), *rest = text, *line;

	free(path);
	/* The first line holds the titles. */
	strsep(&rest, "\n");
	while ((line = strsep(&rest, "\n"))) {
		if (proto == PORTACL_SCTP)
			read_endpoint(list, line);
		else
			read_socket(list, proto, line);
	}
	free(text);
}

static void note_owner(const struct bound_list *list, unsigned long inode,
		       pid_t pid)
{
	u32 i;

	for (i = 0; i < list->len; i++)
		if (list->items[i].inode == inode &&
		    (!list->items[i].pid || pid < list->items[i].pid))
			list->items[i].pid = pid;
}

static void look_for_sockets(struct bound_list *list, pid_t pid)
{
	char *path = xasprintf("/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	const struct dirent *entry;

	if (!dir && errno != ENOENT)
		list->blind = true;
	free(path);
	while (dir && (entry = readdir(dir))) {
		char target[64] = "";
		unsigned long inode;

		if (readlinkat(dirfd(dir), entry->d_name, target,
			       sizeof(target) - 1) < 0)
			list->blind |= errno == EACCES || errno == EPERM;
		else if (sscanf(target, "socket:[%lu]", &inode) == 1)
			note_owner(list, inode, pid);
	}
	if (dir)
		closedir(dir);
}

static void read_tables(struct bound_list *list, pid_t pid)
{
	list->net = pid;
	read_table(list, pid, "tcp", PORTACL_TCP);
	read_table(list, pid, "tcp6", PORTACL_TCP);
	read_table(list, pid, "udp", PORTACL_UDP);
	read_table(list, pid, "udp6", PORTACL_UDP);
	read_table(list, pid, "udplite", PORTACL_UDPLITE);
	read_table(list, pid, "udplite6", PORTACL_UDPLITE);
	read_table(list, pid, "sctp/eps", PORTACL_SCTP);
}

/* Call a function with each process there is. */
static void each_process(struct bound_list *list,
			 void (*call)(struct bound_list *list, pid_t pid))
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	u32 number;

	while (proc && (entry = readdir(proc)))
		if (parse_number(entry->d_name, INT_MAX, &number))
			call(list, number);
	if (proc)
		closedir(proc);
}

/* The initial one has a number of its own. */
#define INIT_PID_NS 0xeffffffcU

/* In a pid namespace of its own others' processes do not show. */
static bool sees_all_processes(void)
{
	struct stat st;

	return !stat("/proc/self/ns/pid", &st) && st.st_ino == INIT_PID_NS;
}

/* Find the processes that have the sockets open. */
static void find_owners(struct bound_list *list)
{
	u32 i;

	if (!list->len)
		return;
	list->blind = !sees_all_processes();
	each_process(list, look_for_sockets);
	for (i = 0; i < list->len; i++)
		list->items[i].kernel = !list->items[i].pid && !list->blind;
}

/**
 * sockets_read - the sockets that hold a port
 * @pid: a process of the network namespace to look at
 * @nr: where their number is stored
 *
 * Return: the sockets, for free(), NULL if there are none.
 */
struct bound *sockets_read(pid_t pid, u32 *nr)
{
	struct bound_list list = { 0 };

	read_tables(&list, pid);
	find_owners(&list);
	*nr = list.len;
	return list.items;
}

/* The network namespaces whose tables were read. */
static ino_t *known_nets;
static u32 nr_known_nets;

static void read_new_net(struct bound_list *list, pid_t pid)
{
	char *path = xasprintf("/proc/%d/ns/net", pid);
	struct stat st;
	u32 i;

	if (stat(path, &st))
		st.st_ino = 0;
	free(path);
	for (i = 0; i < nr_known_nets && known_nets[i] != st.st_ino; i++)
		;
	if (!st.st_ino || i < nr_known_nets)
		return;
	known_nets = xrealloc(known_nets, i + 1, sizeof(*known_nets));
	known_nets[nr_known_nets++] = st.st_ino;
	read_tables(list, pid);
}

/* As sockets_read(), of all network namespaces that have a process. */
struct bound *sockets_read_all(u32 *nr)
{
	struct bound_list list = { 0 };

	nr_known_nets = 0;
	read_new_net(&list, 1);
	/* Only root may look at that of process 1; its tables are for all. */
	if (!nr_known_nets)
		read_tables(&list, 1);
	else
		each_process(&list, read_new_net);
	find_owners(&list);
	free(known_nets);
	known_nets = NULL;
	*nr = list.len;
	return list.items;
}
