// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cells of the groups, prefixes and cgroups that a rule needs.
 */
#include "portacl.h"

#include <linux/kernel.h>

#include "build.h"

static u64 half(const u8 *addr)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < 8; i++)
		value = value << 8 | addr[i];
	return value;
}

static struct pa_more prefix(const struct portacl_cidr *cidr, bool part)
{
	struct pa_more more = {
		.need = PA_NEEDS_ADDR,
		.hi = half(cidr->addr),
		.lo = half(cidr->addr + 8),
		.len = cidr->len,
		.part = part,
	};

	more.v4 = cidr->len >= 96 && !more.hi && more.lo >> 32 == 0xffff;
	return more;
}

static struct pa_more cgroup(const char *path)
{
	struct pa_more more = {
		.need = PA_NEEDS_CGROUP, .hi = hash_cgroup(path),
	};

	for (; *path; path++)
		more.min += *path == '/';
	return more;
}

/**
 * cells_add_more - append what a rule needs by gid=, addr= and cgroup=
 * @cells: the cells
 * @policy: the policy
 * @rule: the rule
 * @r: its entry, which gets the cells; what it reserves needs only addr=
 *
 * Return: 0, -ENOMEM, or -E2BIG if the rule has too many groups and prefixes.
 */
int cells_add_more(struct cells *cells, const struct portacl_policy *policy,
		   const struct portacl_rule *rule, struct pa_rule *r)
{
	const struct portacl_range *gids = portacl_rule_gids(policy, rule);
	const struct portacl_cidr *addrs = portacl_rule_addrs(policy, rule);
	bool part = r->nr & PA_PART;
	const char *path = policy->strings + rule->cgroup;
	/* Everything is in the root cgroup or below. */
	u32 nr_cgroups = !part && rule->cgroup && path[1];
	u32 nr_gids = part ? 0 : rule->nr_gids, i;
	u32 nr = nr_gids + rule->nr_addrs + nr_cgroups;
	struct pa_cell *cell;

	if (!nr)
		return 0;
	if (nr > PA_MAX_MORE)
		return -E2BIG;
	r->nr_more = nr;
	r->more = cells_add(cells, nr);
	if (!r->more)
		return -ENOMEM;
	r->needs = (nr_gids ? PA_NEEDS_GROUP : 0) |
		   (rule->nr_addrs ? PA_NEEDS_ADDR : 0) |
		   (nr_cgroups ? PA_NEEDS_CGROUP : 0);
	cell = &cells->cells[r->more];
	for (i = 0; i < nr_gids; i++)
		(cell++)->more = (struct pa_more) {
			.need = PA_NEEDS_GROUP,
			.min = gids[i].min,
			.max = gids[i].max,
		};
	for (i = 0; i < rule->nr_addrs; i++)
		(cell++)->more = prefix(&addrs[i], !(r->flags & PA_RULE_ALLOW));
	if (nr_cgroups)
		cell->more = cgroup(path);
	return 0;
}
