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
#define MAX_WRITE 4000

static bool is_reserved(const struct cells *cells, u32 port)
{
	const struct pa_port *p;

	if (!cells->nr)
		return false;
	p = &cells->cells[PA_FIRST_PORT + port / 4].ports[port % 4];
	return p->only || (p->kinds & PA_PORT_PART);
}

static void read_sysctl(bool *ports)
{
	FILE *f = fopen(SYSCTL, "re");
	u32 min, max;

	if (!f)
		die_errno(SYSCTL);
	while (fscanf(f, "%u", &min) == 1) {
		max = min;
		if (fscanf(f, "-%u", &max) < 0)
			max = min;
		for (; min <= max && min < PORTACL_NR_PORTS; min++)
			ports[min] = true;
		if (fgetc(f) != ',')
			break;
	}
	fclose(f);
}

static void write_part(int fd, char *text, size_t *len)
{
	text[*len] = '\n';
	if (write(fd, text, *len + 1) < 0)
		die_errno(SYSCTL);
	*len = 0;
}

static void write_sysctl(const bool *ports)
{
	int fd = open(SYSCTL, O_WRONLY | O_CLOEXEC);
	char text[MAX_WRITE + 64];
	size_t len = 0;
	u32 port, end;

	if (fd < 0)
		die_errno(SYSCTL);
	for (port = 1; port < PORTACL_NR_PORTS; port = end) {
		for (end = port; end < PORTACL_NR_PORTS && ports[end]; end++)
			;
		if (end == port) {
			end++;
			continue;
		}
		if (len > MAX_WRITE)
			write_part(fd, text, &len);
		len += sprintf(text + len, "%s%u-%u", len ? "," : "", port,
			       end - 1);
	}
	write_part(fd, text, &len);
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

/**
 * reserve_ports - reserve what a policy reserves
 * @map: the map of the ports that were added for the policy before; they are taken
 *	out again
 * @policy: the policy
 *
 * Ports that the administrator reserves stay.
 */
void reserve_ports(int map, const struct cells *policy)
{
	static bool ports[PORTACL_NR_PORTS];
	static struct pa_added added;
	bool changed = false;
	u32 zero = 0, port;

	if (bpf_map_lookup_elem(map, &zero, &added))
		die_errno("the reserved ports");
	read_sysctl(ports);
	for (port = 1; port < PORTACL_NR_PORTS; port++)
		changed |= change_port(ports, &added, port,
				       is_reserved(policy, port));
	if (!changed)
		return;
	if (bpf_map_update_elem(map, &zero, &added, 0))
		die_errno("the reserved ports");
	write_sysctl(ports);
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
