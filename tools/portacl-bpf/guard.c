// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard of bpf/guard.h, which lets this process pass.
 */
#include <linux/kernel.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"

#define MAP_NAME "portacl_loaders"

static void add_self(int map)
{
	int self = pidfd_open(getpid(), 0);
	u32 one = 1;

	if (self < 0)
		die_errno("pidfd_open");
	/* If this fails, the guard refuses what follows. */
	bpf_map_update_elem(map, &self, &one, BPF_ANY);
	close(self);
}

/**
 * pass_guard - let this process detach the programs, until it ends
 *
 * The map has no pin that could be lost.  There is more than one if a loader was
 * killed.  Others can make a map of the same name, but without CAP_BPF none of this type.
 */
void pass_guard(void)
{
	struct bpf_map_info info;
	u32 id = 0, len;
	int map;

	while (!bpf_map_get_next_id(id, &id)) {
		map = bpf_map_get_fd_by_id(id);
		if (map < 0)
			continue;
		len = sizeof(info);
		info = (struct bpf_map_info) { };
		if (!bpf_obj_get_info_by_fd(map, &info, &len) &&
		    info.type == BPF_MAP_TYPE_TASK_STORAGE &&
		    info.value_size == sizeof(u32) &&
		    !strcmp(info.name, MAP_NAME))
			add_self(map);
		close(map);
	}
}
