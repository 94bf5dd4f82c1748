// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make the cells of layout.h of a policy.
 */
#include "portacl.h"

#include <linux/kernel.h>
#include <linux/string.h>

#include "build.h"
#include "lex.h"
#include "print.h"

/* A rule with more combinations of port and user than this goes to the lists. */
#define MAX_EXACT 64
/* Rules in the table with the same program, user and port. */
#define MAX_SAME 4

/**
 * struct build - a policy while its cells are made
 * @out: the cells
 * @src: the policy
 * @exact: struct pa_rule, for the table
 * @listed: struct pa_rule, for the lists
 * @lists: for each port, the indices in @listed
 * @ports: for each port, what the cells will say of it
 * @reserves: for each port, the rules that reserve it
 */
struct build {
	struct cells *out;
	struct source *src;
	struct portacl_vec exact;
	struct portacl_vec listed;
	u32 (*lists)[PA_MAX_LIST];
	struct pa_port *ports;
	struct pa_reserve *reserves;
};

static int fail(struct build *b, u32 rule, const char *reason)
{
	struct portacl_error *error = &b->src->parser.error;
	const u32 *lines = b->src->lines.data;

	error->line = lines[rule];
	error->column = 1;
	error->len = 0;
	snprintf(error->reason, sizeof(error->reason), "%s", reason);
	return -E2BIG;
}

static struct pa_rule base_rule(const struct portacl_rule *rule, u32 index)
{
	struct pa_rule r = {
		.exe = rule->exe,
		.uid_max = PA_MAX_UID,
		.nr = index + 1,
		.protos = rule->protos,
		.accept = rule->accept,
	};

	if (rule->flags & PORTACL_RULE_ALLOW)
		r.flags |= PA_RULE_ALLOW;
	if (rule->flags & PORTACL_RULE_LAUNCH_ROOT)
		r.flags |= PA_RULE_LAUNCH_ROOT;
	if (rule->flags & PORTACL_RULE_LOG)
		r.flags |= PA_RULE_LOG;
	if (rule->flags & PORTACL_RULE_NOLOG)
		r.flags |= PA_RULE_NOLOG;
	if (!(rule->flags & PORTACL_RULE_NET_ANY))
		r.flags |= PA_RULE_HOST_NET;
	return r;
}

/*
 * The combinations of port and user, 0: users are ranges, there are too many, or
 * the rule needs more.
 */
static u32 count_exact(const struct portacl_policy *policy,
		       const struct portacl_rule *rule)
{
	const struct portacl_range *ports = portacl_rule_ports(policy, rule);
	const struct portacl_range *uids = portacl_rule_uids(policy, rule);
	u64 nr = 0;
	u32 i;

	if (rule->nr_gids || rule->nr_addrs || rule->cgroup)
		return 0;
	for (i = 0; i < rule->nr_ports; i++)
		nr += ports[i].max - ports[i].min + 1;
	for (i = 0; i < rule->nr_uids; i++)
		if (uids[i].min != uids[i].max)
			return 0;
	nr *= max_t(u32, rule->nr_uids, 1);
	return nr > MAX_EXACT ? 0 : nr;
}

static int add_exact(struct build *b, const struct portacl_rule *rule,
		     struct pa_rule r, u32 port)
{
	const struct portacl_range *uids =
		portacl_rule_uids(b->src->policy, rule);
	u32 i;
	int err = 0;

	r.port = port;
	r.kind = (r.exe ? 0 : PA_KIND_ANY_EXE) |
		 (rule->nr_uids ? 0 : PA_KIND_ANY_UID);
	b->ports[port].kinds |= 1 << r.kind;
	for (i = 0; !err && i < max_t(u32, rule->nr_uids, 1); i++) {
		r.uid_min = rule->nr_uids ? uids[i].min : 0;
		err = portacl_vec_push(&b->exact, &r, 1, sizeof(r));
	}
	return err;
}

static int add_listed(struct build *b, const struct portacl_rule *rule,
		      struct pa_rule r)
{
	const struct portacl_range *uids =
		portacl_rule_uids(b->src->policy, rule);
	u32 i;
	int err = 0;

	for (i = 0; !err && i < rule->nr_uids; i++) {
		r.uid_min = uids[i].min;
		r.uid_max = uids[i].max;
		err = portacl_vec_push(&b->listed, &r, 1, sizeof(r));
	}
	return rule->nr_uids ? err :
	       portacl_vec_push(&b->listed, &r, 1, sizeof(r));
}

/* Put the entries of a rule, from @first on, into the list of a port. */
static int list_port(struct build *b, u32 rule, u32 port, u32 first)
{
	struct pa_port *p = &b->ports[port];
	u32 i;

	for (i = first; i < b->listed.len; i++) {
		if (p->nr_list == PA_MAX_LIST)
			return fail(b, rule,
				    "the BPF backend compares at most 64 rules with ranges, gid=, addr= or cgroup= on one port");
		b->lists[port][p->nr_list++] = i;
	}
	return 0;
}

/* The first rule counts.  For some addresses, it is another entry of the list. */
static void reserve(struct build *b, const struct portacl_rule *rule, u32 index,
		    u32 port)
{
	u32 *rules = b->reserves[port].rules, proto;

	if (rule->nr_addrs) {
		b->ports[port].kinds |= PA_PORT_PART;
		return;
	}
	b->ports[port].only |= rule->protos;
	for (proto = 0; proto < PORTACL_NR_PROTOS; proto++)
		if ((rule->protos & BIT(proto)) && !rules[proto])
			rules[proto] = 2 * (index + 1) +
				       !!(rule->flags & PORTACL_RULE_NOLOG);
}

static void note_port(struct build *b, const struct portacl_rule *rule,
		      u32 index, u32 port)
{
	struct pa_port *p = &b->ports[port];

	p->named |= rule->protos;
	if (rule->nr_gids || rule->nr_addrs || rule->cgroup)
		p->kinds |= PA_PORT_MORE;
	if (rule->flags & PORTACL_RULE_NET_ANY)
		p->kinds |= PA_PORT_NET_ANY;
	if (rule->flags & PORTACL_RULE_ONLY)
		reserve(b, rule, index, port);
}

/* Append a rule, or what it reserves, to @listed. */
static int add_to_lists(struct build *b, u32 index, bool part)
{
	const struct portacl_policy *policy = b->src->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	struct pa_rule r = base_rule(rule, index);
	int err;

	if (part) {
		r.exe = 0;
		r.nr |= PA_PART;
		r.flags &= PA_RULE_NOLOG | PA_RULE_HOST_NET;
	}
	err = cells_add_more(b->out, policy, rule, &r);
	if (err == -E2BIG)
		return fail(b, index,
			    "the BPF backend compares at most 255 groups and prefixes of one rule");
	if (err)
		return err;
	return part ? portacl_vec_push(&b->listed, &r, 1, sizeof(r)) :
		      add_listed(b, rule, r);
}

static int add_rule(struct build *b, u32 index)
{
	const struct portacl_policy *policy = b->src->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *ports = portacl_rule_ports(policy, rule);
	struct pa_rule r = base_rule(rule, index);
	bool exact = count_exact(policy, rule);
	u32 i, port, first = b->listed.len;
	int err = exact ? 0 : add_to_lists(b, index, false);

	for (i = 0; i < rule->nr_ports; i++)
		for (port = ports[i].min; !err && port <= ports[i].max;
		     port++) {
			note_port(b, rule, index, port);
			err = exact ? add_exact(b, rule, r, port) :
				      list_port(b, index, port, first);
		}
	return err;
}

/* The ports that a rule reserves for its addresses come behind all rules. */
static int add_part(struct build *b, u32 index)
{
	const struct portacl_policy *policy = b->src->policy;
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *ports = portacl_rule_ports(policy, rule);
	u32 i, port, first = b->listed.len;
	int err;

	if (!(rule->flags & PORTACL_RULE_ONLY) || !rule->nr_addrs)
		return 0;
	err = add_to_lists(b, index, true);
	for (i = 0; i < rule->nr_ports; i++)
		for (port = ports[i].min; !err && port <= ports[i].max; port++)
			err = list_port(b, index, port, first);
	return err;
}

/* Return 0, -EAGAIN if the table must grow, or an error. */
static int place_rule(struct build *b, u32 table, u32 mask,
		      const struct pa_rule *r)
{
	u32 at = table + (pa_hash(r->exe, r->uid_min, r->port, r->kind) & mask);
	u32 i, same = 0;

	for (i = 0; i < PA_WINDOW; i++) {
		struct pa_rule *cell = &b->out->cells[at + i].rule;

		if (!cell->nr) {
			*cell = *r;
			return 0;
		}
		same += cell->exe == r->exe && cell->uid_min == r->uid_min &&
			cell->port == r->port && cell->kind == r->kind;
		if (same == MAX_SAME)
			return fail(b, r->nr - 1,
				    "the BPF backend compares at most 4 rules with the same program, user and port");
	}
	return -EAGAIN;
}

static int place_rules(struct build *b, u32 table, u32 mask)
{
	const struct pa_rule *rules = b->exact.data;
	u32 i;
	int err = 0;

	for (i = 0; !err && i < b->exact.len; i++)
		err = place_rule(b, table, mask, &rules[i]);
	return err;
}

/* Make a hash table for @nr entries, larger if one does not fit near its hash. */
static int build_hash(struct build *b, u32 nr,
		      int (*place)(struct build *b, u32 table, u32 mask),
		      u32 *table, u32 *mask)
{
	u32 start = b->out->nr, size = roundup_pow_of_two(2 * nr + 8);
	int err;

	do {
		b->out->nr = start;
		*table = cells_add(b->out, (u64)size + PA_WINDOW);
		*mask = size - 1;
		if (!*table)
			return -ENOMEM;
		err = place(b, *table, *mask);
		size *= 2;
	} while (err == -EAGAIN);
	return err;
}

/* Ports beside each other often have the same list. */
static bool has_same_list(const struct build *b, u32 port, u32 other)
{
	return b->ports[port].nr_list == b->ports[other].nr_list &&
	       b->ports[port].only == b->ports[other].only &&
	       !memcmp(&b->reserves[port], &b->reserves[other],
		       sizeof(*b->reserves)) &&
	       !memcmp(b->lists[port], b->lists[other],
		       b->ports[port].nr_list * sizeof(u32));
}

static int build_lists(struct build *b)
{
	const struct pa_rule *rules = b->listed.data;
	u32 port, i, first, reserved;

	for (port = 1; port < PORTACL_NR_PORTS; port++) {
		struct pa_port *p = &b->ports[port];

		reserved = !!p->only;
		if (!p->nr_list && !reserved)
			continue;
		if (has_same_list(b, port, port - 1)) {
			p->list = b->ports[port - 1].list;
			continue;
		}
		first = cells_add(b->out, reserved + p->nr_list);
		if (!first)
			return -ENOMEM;
		if (reserved)
			b->out->cells[first++].reserve = b->reserves[port];
		p->list = first;
		for (i = 0; i < p->nr_list; i++)
			b->out->cells[first + i].rule =
				rules[b->lists[port][i]];
	}
	return 0;
}

static int place_program(struct build *b, u32 table, u32 mask, u64 exe,
			 u32 flag)
{
	u32 at = table + (pa_hash(exe, 0, 0, 0) & mask), i;

	for (i = 0; i < PA_WINDOW; i++) {
		struct pa_program *cell = &b->out->cells[at + i].program;

		if (cell->exe && cell->exe != exe)
			continue;
		cell->exe = exe;
		cell->flags |= flag;
		return 0;
	}
	return -EAGAIN;
}

static int place_programs(struct build *b, u32 table, u32 mask)
{
	const struct portacl_policy *policy = b->src->policy;
	u32 i;
	int err = 0;

	for (i = 0; !err && i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (rule->exe && (rule->flags & PORTACL_RULE_ALLOW) &&
		    !(rule->accept & BIT(PORTACL_TAINT_ENV)))
			err = place_program(b, table, mask, rule->exe,
					    PA_PROGRAM_LISTED);
	}
	for (i = 0; !err && i < policy->nr_launchers; i++)
		err = place_program(b, table, mask, policy->launchers[i].exe,
				    PA_PROGRAM_LAUNCHER);
	return err;
}

static int build_tables(struct build *b)
{
	const struct portacl_policy *policy = b->src->policy;
	struct pa_head head = b->out->cells[0].head;
	int err = build_hash(b, b->exact.len, place_rules, &head.table,
			     &head.table_mask) ?:
		  build_hash(b, policy->nr_exes + policy->nr_launchers,
			     place_programs, &head.programs,
			     &head.programs_mask);

	b->out->cells[0].head = head;
	return err;
}

static int build_counters(struct build *b)
{
	u32 first = cells_add(b->out, b->src->policy->nr_rules + 1ULL);

	b->out->cells[0].head.counters = first;
	return first ? 0 : -ENOMEM;
}

static int build_text(struct build *b)
{
	const struct portacl_policy *policy = b->src->policy;
	struct portacl_vec text = { };
	char line[PORTACL_MAX_LINE];
	struct seq_buf s;
	u32 step, first;
	int err = 0;

	for (step = 0; !err && step < portacl_print_steps(policy); step++) {
		seq_buf_init(&s, line, sizeof(line));
		portacl_print_step(&s, policy, step);
		err = seq_buf_has_overflowed(&s) ? -E2BIG :
		      portacl_vec_push(&text, line, s.len, 1);
	}
	b->out->text = text.data;
	b->out->text_len = text.len;
	b->out->cells[1].origin.text_len = text.len;
	if (err)
		return err;
	first = cells_add(b->out, DIV_ROUND_UP((u64)text.len,
					       sizeof(struct pa_cell)));
	if (!first)
		return -ENOMEM;
	memcpy(&b->out->cells[first], text.data, text.len);
	b->out->cells[0].head.text = first;
	return 0;
}

static int build_all(struct build *b)
{
	const struct portacl_policy *policy = b->src->policy;
	u32 i;
	int err = 0;

	cells_add(b->out, PA_FIRST_RULE);
	if (!b->out->nr || !b->lists || !b->ports || !b->reserves)
		return -ENOMEM;
	b->out->cells[0].head.abi = PA_ABI;
	b->out->cells[0].head.fallback = policy->default_action;
	b->out->cells[1].origin.nr_rules = policy->nr_rules;
	for (i = 1; policy->default_action == PORTACL_DENY &&
	     i < PORTACL_NR_PORTS; i++)
		b->ports[i].named = PORTACL_ANY_PROTO;
	for (i = 0; !err && i < policy->nr_rules; i++)
		err = add_rule(b, i);
	for (i = 0; !err && i < policy->nr_rules; i++)
		err = add_part(b, i);
	err = err ?: build_tables(b) ?: build_lists(b) ?: build_counters(b) ?:
	      build_text(b);
	for (i = 0; !err && i < PORTACL_NR_PORTS; i++)
		b->out->cells[PA_FIRST_PORT + i / 4].ports[i % 4] =
			b->ports[i];
	return err;
}

/**
 * cells_build - make the cells of a policy
 * @cells: where they are kept
 * @src: the policy
 *
 * Return: 0, -ENOMEM, also if there would be more than PA_MAX_CELLS cells, or
 * -E2BIG with the reason in the parser's error.
 */
int cells_build(struct cells *cells, struct source *src)
{
	struct build b = {
		.out = cells,
		.src = src,
		.lists = calloc(PORTACL_NR_PORTS, sizeof(*b.lists)),
		.ports = calloc(PORTACL_NR_PORTS, sizeof(*b.ports)),
		.reserves = calloc(PORTACL_NR_PORTS, sizeof(*b.reserves)),
	};
	int err = build_all(&b);

	free(b.exact.data);
	free(b.listed.data);
	free(b.lists);
	free(b.ports);
	free(b.reserves);
	return err;
}
