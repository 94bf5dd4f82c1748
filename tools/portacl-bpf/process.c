// SPDX-License-Identifier: GPL-2.0-only
/*
 * The groups and the cgroup of a process, to find the reason for a refusal.
 */
#include <linux/kernel.h>

#include "attach.h"

/* Return the rest of the line that begins with @key, NULL if there is none. */
static char *read_field(u32 pid, const char *name, const char *key)
{
	char path[64], *line = NULL;
	size_t size = 0, len = strlen(key);
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	f = fopen(path, "re");
	while (f && !found && getline(&line, &size, f) > 0)
		found = !strncmp(line, key, len);
	if (f)
		fclose(f);
	if (!found) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	memmove(line, line + len, strlen(line + len) + 1);
	return line;
}

/**
 * process_cgroup - return the path of a process's cgroup, NULL if it is gone
 * @pid: the process
 */
char *process_cgroup(u32 pid)
{
	return read_field(pid, "cgroup", "0::");
}

/**
 * process_groups - read the groups of a process
 * @pid: the process
 * @gid: set to the effective group, U32_MAX if the process is gone
 * @nr: set to the number of supplementary groups
 *
 * Return: the supplementary groups, in the ascending order of /proc, or NULL.
 */
u32 *process_groups(u32 pid, u32 *gid, u32 *nr)
{
	char *gids = read_field(pid, "status", "Gid:");
	char *line = read_field(pid, "status", "Groups:"), *at, *end;
	u32 *groups = line ? calloc(strlen(line) + 1, sizeof(*groups)) : NULL;
	unsigned long group;

	if (!gids || sscanf(gids, "%*u %u", gid) != 1)
		*gid = U32_MAX;
	*nr = 0;
	for (at = line; groups; at = end) {
		group = strtoul(at, &end, 10);
		if (end == at)
			break;
		groups[(*nr)++] = group;
	}
	free(line);
	free(gids);
	return groups;
}
