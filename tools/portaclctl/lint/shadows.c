// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that are never reached, because the rules before them match all of
 * theirs.
 */
#include "lint/lint.h"

/* In the worst case every rule is compared with all before it. */
#define MAX_STEPS (1ULL << 28)

#define MAX_NAMED 5

#define WIDE 0xffffffffU

/* Is each range of @b within one of @a?  None means any number. */
static bool ranges_cover(const struct portacl_range *a, u32 nr_a,
			 const struct portacl_range *b, u32 nr_b)
{
	u32 i, n;

	if (!nr_a)
		return true;
	for (i = 0; i < nr_b; i++) {
		for (n = 0; n < nr_a; n++)
			if (a[n].min <= b[i].min && a[n].max >= b[i].max)
				break;
		if (n == nr_a)
			return false;
	}
	return nr_b;
}

static bool cidr_covers(const struct portacl_cidr *a,
			const struct portacl_cidr *b)
{
	u32 bytes = a->len / 8, bits = a->len % 8;

	/* IPv4 is mapped IPv6, but ::/0 is IPv6 alone. */
	if ((a->len >= 96) != (b->len >= 96) || a->len > b->len)
		return false;
	return !memcmp(a->addr, b->addr, bytes) &&
	       (!bits || !((a->addr[bytes] ^ b->addr[bytes]) >> (8 - bits)));
}

static bool addrs_cover(const struct portacl_policy *policy,
			const struct portacl_rule *a,
			const struct portacl_rule *b)
{
	const struct portacl_cidr *x = portacl_rule_addrs(policy, a);
	const struct portacl_cidr *y = portacl_rule_addrs(policy, b);
	u32 i, n;

	if (!a->nr_addrs)
		return true;
	/* A denial is due for a part of what an allow must hold whole. */
	if ((a->flags & PORTACL_RULE_ALLOW) && !(b->flags & PORTACL_RULE_ALLOW))
		return false;
	for (i = 0; i < b->nr_addrs; i++) {
		for (n = 0; n < a->nr_addrs; n++)
			if (cidr_covers(&x[n], &y[i]))
				break;
		if (n == a->nr_addrs)
			return false;
	}
	return b->nr_addrs;
}

static bool cgroup_covers(const struct portacl_policy *policy,
			  const struct portacl_rule *a,
			  const struct portacl_rule *b)
{
	const char *x = policy->strings + a->cgroup;
	const char *y = policy->strings + b->cgroup;
	size_t len = strlen(x);

	if (!a->cgroup)
		return true;
	return b->cgroup && !strncmp(x, y, len) &&
	       (len == 1 || !y[len] || y[len] == '/');
}

/* An allow by exe= leaves tainted programs to the rules after it. */
static bool identity_covers(const struct portacl_rule *a,
			    const struct portacl_rule *b)
{
	if (!a->exe)
		return true;
	if (a->exe != b->exe)
		return false;
	return !(a->flags & PORTACL_RULE_ALLOW) ||
	       ((b->flags & PORTACL_RULE_ALLOW) && !(b->accept & ~a->accept));
}

/**
 * subject_covers - does a rule match everybody whom another one matches?
 * @policy: the policy
 * @a: the rule, which comes first
 * @b: the other rule
 *
 * Protocols and ports are not compared.
 */
bool subject_covers(const struct portacl_policy *policy,
		    const struct portacl_rule *a, const struct portacl_rule *b)
{
	return identity_covers(a, b) &&
	       !(b->flags & ~a->flags & PORTACL_RULE_NET_ANY) &&
	       !(a->flags & ~b->flags & PORTACL_RULE_LAUNCH_ROOT) &&
	       ranges_cover(portacl_rule_uids(policy, a), a->nr_uids,
			    portacl_rule_uids(policy, b), b->nr_uids) &&
	       ranges_cover(portacl_rule_gids(policy, a), a->nr_gids,
			    portacl_rule_gids(policy, b), b->nr_gids) &&
	       addrs_cover(policy, a, b) && cgroup_covers(policy, a, b);
}

/**
 * struct place - where a rule is looked for
 * @exe: the program that it names, or 0
 * @uid: the only user that it names, or WIDE
 * @port: the only port that it names, or WIDE
 * @rule: its index
 */
struct place {
	u64 exe;
	u32 uid;
	u32 port;
	u32 rule;
};

/**
 * struct search - the rules, by what they name
 * @linter: the policy
 * @places: a place per rule, sorted
 * @found: the earlier rules that match everybody of the current one
 * @nr: number of @found
 * @steps: comparisons so far
 */
struct search {
	struct linter *linter;
	struct place *places;
	u32 *found;
	u32 nr;
	u64 steps;
};

static u32 single(const struct portacl_range *range, u32 nr)
{
	return nr == 1 && range->min == range->max ? range->min : WIDE;
}

static struct place place_of(const struct portacl_policy *policy, u32 index)
{
	const struct portacl_rule *rule = &policy->rules[index];

	return (struct place) {
		.exe = rule->exe,
		.uid = single(portacl_rule_uids(policy, rule), rule->nr_uids),
		.port = single(portacl_rule_ports(policy, rule),
			       rule->nr_ports),
		.rule = index,
	};
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->exe != y->exe)
		return x->exe < y->exe ? -1 : 1;
	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* The first place that is not before @wanted. */
static u32 find_place(const struct search *search, const struct place *wanted)
{
	u32 low = 0, high = search->linter->policy->nr_rules;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (compare_places(&search->places[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Earlier rules that name exactly this and match everybody of @index. */
static void collect(struct search *search, u32 index, struct place wanted)
{
	const struct portacl_policy *policy = search->linter->policy;
	const struct portacl_rule *rules = policy->rules;
	u32 at, nr = policy->nr_rules;

	wanted.rule = 0;
	for (at = find_place(search, &wanted); at < nr; at++, search->steps++) {
		const struct place *place = &search->places[at];

		if (place->exe != wanted.exe || place->uid != wanted.uid ||
		    place->port != wanted.port || place->rule >= index)
			break;
		if ((rules[place->rule].protos & rules[index].protos) &&
		    subject_covers(policy, &rules[place->rule], &rules[index]))
			search->found[search->nr++] = place->rule;
	}
}

/* A rule that covers it names the same thing, or none, or several. */
static void collect_all(struct search *search, u32 index)
{
	struct place own = place_of(search->linter->policy, index);
	u32 i;

	search->nr = 0;
	for (i = 0; i < 8; i++) {
		struct place wanted = own;

		if ((i & 1 && !own.exe) || (i & 2 && own.uid == WIDE) ||
		    (i & 4 && own.port == WIDE))
			continue;
		wanted.exe = i & 1 ? 0 : own.exe;
		wanted.uid = i & 2 ? WIDE : own.uid;
		wanted.port = i & 4 ? WIDE : own.port;
		collect(search, index, wanted);
	}
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

/* The ports of one protocol; @used are the rules that match them. */
static bool are_covered(struct search *search, u32 index, u32 proto,
			unsigned long *used)
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
			used[by / BITS_PER_LONG] |= 1UL << by % BITS_PER_LONG;
		}
	}
	return true;
}

static void report_shadow(struct search *search, u32 index,
			  unsigned long *used)
{
	const struct portacl_rule *rule = &search->linter->policy->rules[index];
	struct buf text = { 0 };
	u32 i, n = 0;

	for (i = 0; i < index; i++)
		if (used[i / BITS_PER_LONG] & 1UL << i % BITS_PER_LONG &&
		    ++n <= MAX_NAMED)
			buf_printf(&text, "%s%u", n > 1 ? ", " : "", i + 1);
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
	const struct portacl_policy *policy = search->linter->policy;
	size_t longs = index / BITS_PER_LONG + 1;
	unsigned long *used;
	bool covered = true;
	u32 i;

	collect_all(search, index);
	if (!search->nr)
		return;
	used = xzalloc(longs * sizeof(*used));
	for (i = 0; i < PORTACL_NR_PROTOS && covered; i++)
		if (policy->rules[index].protos & BIT(i))
			covered = are_covered(search, index, i, used);
	if (covered)
		report_shadow(search, index, used);
	free(used);
}

void lint_shadows(struct linter *linter)
{
	const struct portacl_policy *policy = linter->policy;
	u32 i, nr = policy->nr_rules;
	struct search search = {
		.linter = linter,
		.places = xrealloc(NULL, nr + 1, sizeof(*search.places)),
		.found = xrealloc(NULL, nr + 1, sizeof(*search.found)),
	};

	for (i = 0; i < nr; i++)
		search.places[i] = place_of(policy, i);
	qsort(search.places, nr, sizeof(*search.places), compare_places);
	for (i = 1; i < nr && search.steps < MAX_STEPS; i++)
		lint_shadow(&search, i);
	if (i < nr)
		report(linter, NO_RULE, "not-searched",
		       "only the first %u of %u rules were searched for such as are never reached",
		       i, nr);
	free(search.places);
	free(search.found);
}
