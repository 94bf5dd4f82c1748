// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that are never reached, because the rules before them match everything
 * that they match.
 */
#include "lib/cleanup.h"
#include "lint/linter.h"

/* In the worst case every rule is compared with all before it. */
#define MAX_STEPS (1ULL << 27)

/* The cost of a comparison of all keys, in steps. */
#define COMPARE_STEPS 16

#define MAX_NAMED 5

/* The keys of a rule by which it is looked up. */
enum {
	PART_EXE,
	PART_UID,
	PART_GID,
	PART_PORT,
	PART_ADDR,
	PART_CGROUP,
	NR_PARTS,
};

/**
 * struct place - where a rule is looked up
 * @key: of what the rule names, see key_of()
 * @rule: its index
 * @port_min: the lowest port that it names
 * @port_max: the highest one
 * @uid_min: the lowest user that it names
 * @uid_max: the highest one
 */
struct place {
	u64 key;
	u32 rule;
	u16 port_min;
	u16 port_max;
	u32 uid_min;
	u32 uid_max;
};

/**
 * struct search - the rules, by what they name
 * @linter: where findings go, or NULL
 * @policy: the policy
 * @places: a place per rule that is looked at, sorted
 * @nr_places: number of @places
 * @first: only the first of the rules with a key counts
 * @found: the earlier rules that match everybody whom the current one matches
 * @nr: number of @found
 * @marks: per rule, the last rule for which it is in @used, plus one
 * @used: those of @found that are needed to match all of the current rule
 * @nr_used: number of @used
 * @steps: comparisons so far
 */
struct search {
	struct linter *linter;
	const struct portacl_policy *policy;
	struct place *places;
	u32 nr_places;
	bool first;
	u32 *found;
	u32 nr;
	u32 *marks;
	u32 *used;
	u32 nr_used;
	u64 steps;
};

/* The only one that a rule names, plus one; 0: it names none, or several. */
static u64 single(const struct portacl_range *range, u32 nr)
{
	return nr == 1 && range->min == range->max ? range->min + 1ULL : 0;
}

static u64 single_addr(const struct portacl_cidr *addr, u32 nr)
{
	return nr == 1 && addr->len == 128 ?
	       portacl_hash_path((const char *)addr->addr,
				 sizeof(addr->addr)) | 1 : 0;
}

static u64 hash_cgroup(const char *path, size_t len)
{
	return portacl_hash_path(path, len) | 1;
}

static void split(const struct portacl_policy *policy, u32 index, u64 *parts)
{
	const struct portacl_rule *rule = &policy->rules[index];
	const char *cgroup = policy->strings + rule->cgroup;

	parts[PART_EXE] = rule->exe;
	parts[PART_UID] = single(portacl_rule_uids(policy, rule),
				 rule->nr_uids);
	parts[PART_GID] = single(portacl_rule_gids(policy, rule),
				 rule->nr_gids);
	parts[PART_PORT] = single(portacl_rule_ports(policy, rule),
				  rule->nr_ports);
	parts[PART_ADDR] = single_addr(portacl_rule_addrs(policy, rule),
				       rule->nr_addrs);
	parts[PART_CGROUP] = rule->cgroup ?
			     hash_cgroup(cgroup, strlen(cgroup)) : 0;
}

/* Equal keys may be of different parts; the rules are compared anyway. */
static u64 key_of(const u64 *parts)
{
	u64 key = 0;
	u32 i;

	for (i = 0; i < NR_PARTS; i++)
		key = (key ^ parts[i]) * 0x9e3779b97f4a7c15ULL + (key >> 29);
	return key;
}

static struct place place_of(const struct portacl_policy *policy, u32 index)
{
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	const struct portacl_range *uid = portacl_rule_uids(policy, rule);
	struct place place = {
		.rule = index,
		.port_min = U16_MAX,
		.uid_min = rule->nr_uids ? U32_MAX : 0,
		.uid_max = rule->nr_uids ? 0 : U32_MAX,
	};
	u64 parts[NR_PARTS];
	u32 i;

	split(policy, index, parts);
	place.key = key_of(parts);
	for (i = 0; i < rule->nr_ports; i++) {
		place.port_min = min((u32)place.port_min, port[i].min);
		place.port_max = max((u32)place.port_max, port[i].max);
	}
	for (i = 0; i < rule->nr_uids; i++) {
		place.uid_min = min(place.uid_min, uid[i].min);
		place.uid_max = max(place.uid_max, uid[i].max);
	}
	return place;
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Add the earlier rules with this key that match everybody of @own. */
static void collect(struct search *search, const struct place *own, u64 key)
{
	const struct portacl_policy *policy = search->policy;
	const struct portacl_rule *rules = policy->rules;
	const struct portacl_rule *rule = &rules[own->rule];
	const struct place first = { .key = key };
	u32 at, nr = search->nr_places;

	for (at = find_first(&first, search->places, nr, sizeof(first),
			     compare_places);
	     at < nr; at++, search->steps++) {
		const struct place *place = &search->places[at];

		if (place->key != key || place->rule >= own->rule ||
		    search->nr == nr)
			break;
		if (place->port_min > own->port_max ||
		    place->port_max < own->port_min ||
		    place->uid_min > own->uid_min ||
		    place->uid_max < own->uid_max ||
		    !(rules[place->rule].protos & rule->protos))
			continue;
		search->steps += COMPARE_STEPS;
		if (!subject_covers(policy, &rules[place->rule], rule))
			continue;
		search->found[search->nr++] = place->rule;
		if (search->first)
			break;
	}
}

/*
 * A rule that matches everybody of @own names the same things, or none or
 * several in their place.
 */
static void collect_parts(struct search *search, const struct place *own,
			  const u64 *parts)
{
	u32 i, part;

	for (i = 0; i < BIT(PART_CGROUP); i++) {
		u64 wanted[NR_PARTS];

		for (part = 0; part < NR_PARTS; part++) {
			if ((i & BIT(part)) && !parts[part])
				break;
			wanted[part] = i & BIT(part) ? 0 : parts[part];
		}
		if (part == NR_PARTS)
			collect(search, own, key_of(wanted));
	}
}

/* The same for the cgroup, each one above it, and none. */
static void collect_all(struct search *search, u32 index)
{
	const struct portacl_policy *policy = search->policy;
	const char *cgroup = policy->strings + policy->rules[index].cgroup;
	struct place own = place_of(policy, index);
	u64 parts[NR_PARTS];
	size_t len = strlen(cgroup);

	search->nr = 0;
	split(policy, index, parts);
	while (len) {
		parts[PART_CGROUP] = hash_cgroup(cgroup, len);
		collect_parts(search, &own, parts);
		if (len == 1)
			break;
		while (len > 1 && cgroup[--len] != '/')
			;
	}
	parts[PART_CGROUP] = 0;
	collect_parts(search, &own, parts);
}

/* The highest port up to which @found match without a gap; @port - 1: none. */
static u32 reach(struct search *search, u32 proto, u32 port, u32 *rule)
{
	const struct portacl_policy *policy = search->linter->policy;
	u32 i, n, last = port - 1;

	for (i = 0; i < search->nr; i++) {
		const struct portacl_rule *a = &policy->rules[search->found[i]];
		const struct portacl_range *range = portacl_rule_ports(policy,
								       a);

		if (!(a->protos & BIT(proto)))
			continue;
		search->steps += a->nr_ports;
		for (n = 0; n < a->nr_ports; n++) {
			if (range[n].min > port || range[n].max < port ||
			    range[n].max <= last)
				continue;
			last = range[n].max;
			*rule = search->found[i];
		}
	}
	return last;
}

static void use(struct search *search, u32 index, u32 rule)
{
	if (search->marks[rule] == index + 1)
		return;
	search->marks[rule] = index + 1;
	search->used[search->nr_used++] = rule;
}

/* Do the rules found match all ports of the rule, for one protocol? */
static bool are_covered(struct search *search, u32 index, u32 proto)
{
	const struct portacl_policy *policy = search->linter->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *range = portacl_rule_ports(policy, rule);
	u32 i, port, last, by = 0;

	for (i = 0; i < rule->nr_ports; i++) {
		for (port = range[i].min; port <= range[i].max; port = last + 1) {
			last = reach(search, proto, port, &by);
			if (last < port)
				return false;
			use(search, index, by);
		}
	}
	return true;
}

static void report_shadow(struct search *search, u32 index)
{
	const struct portacl_rule *rule = &search->linter->policy->rules[index];
	u32 i, n = search->nr_used;
	struct buf text = { 0 };

	qsort(search->used, n, sizeof(*search->used), compare_u32);
	for (i = 0; i < min(n, (u32)MAX_NAMED); i++)
		buf_printf(&text, "%s%u", i ? ", " : "", search->used[i] + 1);
	if (n > MAX_NAMED)
		buf_printf(&text, " and %u more", n - MAX_NAMED);
	report(search->linter, index, "shadowed",
	       "never reached: rule%s %s come%s first and match%s all of it%s",
	       n > 1 ? "s" : "", text.text, n > 1 ? "" : "s",
	       n > 1 ? "" : "es", rule->flags & PORTACL_RULE_ONLY ?
	       "; only what it reserves counts" : "");
	free(text.text);
}

static void lint_shadow(struct search *search, u32 index)
{
	const struct portacl_rule *rule = &search->linter->policy->rules[index];
	u32 i;

	collect_all(search, index);
	search->nr_used = 0;
	if (!search->nr)
		return;
	for (i = 0; i < PORTACL_NR_PROTOS; i++)
		if ((rule->protos & BIT(i)) && !are_covered(search, index, i))
			return;
	report_shadow(search, index);
}

static void search_open(struct search *search,
			const struct portacl_policy *policy, const u32 *rules,
			u32 nr)
{
	u32 i;

	search->policy = policy;
	search->nr_places = nr;
	search->places = xrealloc(NULL, nr + 1, sizeof(*search->places));
	search->found = xrealloc(NULL, nr + 1, sizeof(*search->found));
	for (i = 0; i < nr; i++)
		search->places[i] = place_of(policy, rules ? rules[i] : i);
	qsort(search->places, nr, sizeof(*search->places), compare_places);
}

static void search_close(struct search *search)
{
	free(search->places);
	free(search->found);
}

/* Report the rules that are never reached. */
void lint_shadows(struct linter *linter)
{
	u32 i, nr = linter->policy->nr_rules;
	autofree u32 *used = xrealloc(NULL, nr + 1, sizeof(*used));
	autofree u32 *marks = xzalloc((nr + 1) * sizeof(*marks));
	struct search search = {
		.linter = linter, .used = used, .marks = marks,
	};

	search_open(&search, linter->policy, NULL, nr);
	for (i = 1; i < nr && search.steps < MAX_STEPS; i++)
		lint_shadow(&search, i);
	if (i < nr)
		report(linter, NO_RULE, "not-searched",
		       "only the first %u of %u rules were checked for being never reached",
		       i, nr);
	search_close(&search);
}

/* Does a rule name the port? */
bool rule_has_port(const struct portacl_policy *policy,
		   const struct portacl_rule *rule, u8 proto, u16 port)
{
	const struct portacl_range *range = portacl_rule_ports(policy, rule);
	u32 i;

	if (!(rule->protos & BIT(proto)))
		return false;
	for (i = 0; i < rule->nr_ports; i++)
		if (port >= range[i].min && port <= range[i].max)
			return true;
	return false;
}

/**
 * find_shadows - find the rules that are never reached for a port
 * @policy: the policy
 * @rules: the rules that name the port, ascending
 * @nr: number of @rules
 * @shadows: per rule, where the number of an earlier one that matches everybody
 *	whom it matches is stored, from 1; 0: there is none
 *
 * Return: the number of rules that were looked at.
 */
u32 find_shadows(const struct portacl_policy *policy, const u32 *rules, u32 nr,
		 u32 *shadows)
{
	struct search search = { .first = true };
	u32 i, n;

	search_open(&search, policy, rules, nr);
	for (i = 0; i < nr && search.steps < MAX_STEPS; i++) {
		collect_all(&search, rules[i]);
		for (n = shadows[i] = 0; n < search.nr; n++)
			if (!shadows[i] || search.found[n] < shadows[i])
				shadows[i] = search.found[n] + 1;
	}
	search_close(&search);
	return i;
}
