// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel must not pick a port that a rule reserves.  The programs cannot see
 * which port it picks, so such ports are added to a sysctl.
 */
#include <fcntl.h>
#include <linux/kernel.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"

#define SYSCTL "/proc/sys/net/ipv4/ip_local_reserved_ports"
/* The range of the NFS client's port picker, and what it is unless it is set. */
#define PICKER_MIN "/proc/sys/sunrpc/min_resvport"
#define PICKER_MAX "/proc/sys/sunrpc/max_resvport"
#define PICKER_DEFAULT_MIN 665
#define PICKER_DEFAULT_MAX 1023
/* The sysctl takes no more than a page with one write(2). */
#define MAX_WRITE ((size_t)4000)
#define MAX_TEXT (PORTACL_NR_PORTS * sizeof("65535"))

static bool is_reserved(const struct cells *cells, u32 port)
{
	const struct pa_port *p;

	if (!cells->nr)
		return false;
	p = &cells->cells[PA_FIRST_PORT + port / 4].ports[port % 4];
	return p->only || (p->kinds & PA_PORT_PART);
}

/* By one read(2): the sysctl gives nothing to a second one. */
static void read_sysctl(bool *ports)
{
	int fd = open(SYSCTL, O_RDONLY | O_CLOEXEC);
	static char text[MAX_TEXT];
	u32 min, max;
	char *at = text;
	ssize_t len;

	len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (len < 0)
		die_errno(SYSCTL);
	text[len] = '\0';
	close(fd);
	do {
		min = strtoul(at, &at, 10);
		max = *at == '-' ? strtoul(at + 1, &at, 10) : min;
		for (; min <= max && min < PORTACL_NR_PORTS; min++)
			ports[min] = true;
	} while (*at++ == ',');
}

/* Returns the length of the text. */
static size_t print_ports(char *text, const bool *ports)
{
	u32 port, end;
	size_t len = 0;

	for (port = 1; port < PORTACL_NR_PORTS; port = end + 1) {
		for (end = port; end < PORTACL_NR_PORTS && ports[end]; end++)
			;
		if (end > port)
			len += sprintf(text + len, "%s%u", len ? "," : "",
				       port);
		if (end > port + 1)
			len += sprintf(text + len, "-%u", end - 1);
	}
	return len + sprintf(text + len, "\n");
}

/* A write at the start of the file replaces the set, any other adds to it. */
static void write_sysctl(const char *text, size_t len)
{
	int fd = open(SYSCTL, O_WRONLY | O_CLOEXEC);
	off_t at = len > MAX_WRITE;
	size_t part;

	if (fd < 0)
		die_errno(SYSCTL);
	for (; len; text += part, len -= part) {
		part = min(len, MAX_WRITE);
		while (part < len && text[part - 1] != ',')
			part--;
		if (pwrite(fd, text, part, at) < 0)
			die_errno(SYSCTL);
	}
	close(fd);
}

/* Change a port in the set, and note that.  Return whether there was anything to do. */
static bool change_port(bool *ports, struct pa_added *added, u32 port,
			bool want)
{
	u8 *byte = &added->bits[port / 8], bit = 1 << port % 8;

	if (want ? ports[port] : !(*byte & bit))
		return false;
	ports[port] = want;
	*byte = want ? *byte | bit : *byte & ~bit;
	return true;
}

/* Add the ports that a policy reserves, or take out the others. */
static bool change_ports(bool *ports, struct pa_added *added,
			 const struct cells *policy, bool add)
{
	bool changed = false;
	u32 port;

	for (port = 1; port < PORTACL_NR_PORTS; port++)
		if (is_reserved(policy, port) == add)
			changed |= change_port(ports, added, port, add);
	return changed;
}

static void read_ports(int map, struct pa_added *added, bool *ports)
{
	u32 zero = 0;

	if (bpf_map_lookup_elem(map, &zero, added))
		die_errno("the reserved ports");
	read_sysctl(ports);
}

static void store_added(int map, const struct pa_added *added)
{
	u32 zero = 0;

	if (bpf_map_update_elem(map, &zero, added, 0))
		die_errno("the reserved ports");
}

/**
 * reserve_ports - reserve what a policy reserves
 * @map: the map of the ports that were added
 * @policy: the policy
 */
void reserve_ports(int map, const struct cells *policy)
{
	static bool ports[PORTACL_NR_PORTS];
	static struct pa_added added;
	static char text[MAX_TEXT];

	read_ports(map, &added, ports);
	if (!change_ports(ports, &added, policy, true))
		return;
	/* First, so that no port stays if this process is killed. */
	store_added(map, &added);
	write_sysctl(text, print_ports(text, ports));
}

/**
 * release_ports - take out the ports that were added and a policy does not reserve
 * @map: the map of the ports that were added
 * @policy: the policy
 *
 * They stay if one write(2) cannot do it: otherwise the kernel could pick the other
 * ports meanwhile.  Ports that the administrator reserves stay.
 */
void release_ports(int map, const struct cells *policy)
{
	static bool ports[PORTACL_NR_PORTS];
	static struct pa_added added;
	static char text[MAX_TEXT];
	size_t len;

	read_ports(map, &added, ports);
	if (!change_ports(ports, &added, policy, false))
		return;
	len = print_ports(text, ports);
	if (len > MAX_WRITE)
		return;
	write_sysctl(text, len);
	store_added(map, &added);
}

static u32 read_port(const char *path, u32 unset)
{
	FILE *f = fopen(path, "re");
	u32 port = unset;

	if (f && (fscanf(f, "%u", &port) != 1 || port >= PORTACL_NR_PORTS))
		port = unset;
	if (f)
		fclose(f);
	return port;
}

static u8 *only_of(struct cells *cells, u32 port)
{
	return &cells->cells[PA_FIRST_PORT + port / 4].ports[port % 4].only;
}

/**
 * close_picker - note whether a policy reserves all ports that the NFS client picks
 * @cells: the policy
 */
void close_picker(struct cells *cells)
{
	u32 min = read_port(PICKER_MIN, PICKER_DEFAULT_MIN);
	u32 max = read_port(PICKER_MAX, PICKER_DEFAULT_MAX), port;
	u8 all = BIT(TCP) | BIT(UDP);

	for (port = min; port <= max; port++)
		all &= *only_of(cells, port);
	for (port = min; port <= max; port++)
		*only_of(cells, port) |= all << PA_CLOSED;
}
