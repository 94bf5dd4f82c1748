// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: print a policy as canonical text.  Parsing it gives the same policy.
 */
#include "portacl.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lex.h"
#include "policy.h"
#include "print.h"

/* Patterns are also escaped: the tool expands those in the text it reads. */
static void print_byte(struct seq_buf *s, u8 byte)
{
	if (byte > ' ' && byte < 0x7f && !strchr("\\\";,*?[", byte))
		seq_buf_putc(s, byte);
	else
		seq_buf_printf(s, "\\%03o", byte);
}

/**
 * portacl_print_path - print a path, with special bytes as \ooo
 * @s: the output
 * @path: the path
 */
void portacl_print_path(struct seq_buf *s, const char *path)
{
	while (*path)
		print_byte(s, *path++);
}

/**
 * portacl_print_part - print a path, shortened with "..." if it is long
 * @s: the output
 * @path: the path
 * @max: number of bytes to print at most
 */
void portacl_print_part(struct seq_buf *s, const char *path, size_t max)
{
	size_t end = s->len + max - strlen("\\ooo");

	while (*path && s->len <= end)
		print_byte(s, *path++);
	if (*path)
		seq_buf_puts(s, "...");
}

/**
 * portacl_print_cidr - print an address with its prefix length, if any
 * @s: the output
 * @cidr: the address
 */
void portacl_print_cidr(struct seq_buf *s, const struct portacl_cidr *cidr)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	u32 len = cidr->len, max = 128;

	if (len >= 96 && !memcmp(cidr->addr, mapped, sizeof(mapped))) {
		seq_buf_printf(s, "%pI4", cidr->addr + 12);
		len -= 96;
		max = 32;
	} else {
		seq_buf_printf(s, "%pI6c", cidr->addr);
	}
	if (len < max)
		seq_buf_printf(s, "/%u", len);
}

/**
 * portacl_print_names - print bits as a list of names
 * @s: the output
 * @names: the names
 * @bits: the names to print
 */
void portacl_print_names(struct seq_buf *s, const char *const *names, u32 bits)
{
	const char *comma = "";
	u32 i;

	for (i = 0; bits >> i; i++) {
		if (!(bits & BIT(i)))
			continue;
		seq_buf_printf(s, "%s%s", comma, names[i]);
		comma = ",";
	}
}

static void print_ranges(struct seq_buf *s, const char *key,
			 const struct portacl_range *range, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		seq_buf_printf(s, "%s%u", i ? "," : key, range[i].min);
		if (range[i].max != range[i].min)
			seq_buf_printf(s, "-%u", range[i].max);
	}
}

static void print_text(struct seq_buf *s, const char *key,
		       const struct portacl_policy *policy, u32 offset)
{
	if (!offset)
		return;
	seq_buf_puts(s, key);
	portacl_print_path(s, policy->strings + offset);
}

static void print_addrs(struct seq_buf *s, const char *key,
			const struct portacl_cidr *addr, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		seq_buf_puts(s, i ? "," : key);
		portacl_print_cidr(s, &addr[i]);
	}
}

/* Print a key after a space, if the rule has it. */
static void print_key(struct seq_buf *s, const struct portacl_policy *policy,
		      const struct portacl_rule *rule, enum portacl_key key)
{
	switch (key) {
	case PORTACL_KEY_EXE:
		print_text(s, " exe=", policy, rule->exe_text);
		break;
	case PORTACL_KEY_UID:
		print_ranges(s, " uid=", portacl_rule_uids(policy, rule),
			     rule->nr_uids);
		break;
	case PORTACL_KEY_GID:
		print_ranges(s, " gid=", portacl_rule_gids(policy, rule),
			     rule->nr_gids);
		break;
	case PORTACL_KEY_ADDR:
		print_addrs(s, " addr=", portacl_rule_addrs(policy, rule),
			    rule->nr_addrs);
		break;
	case PORTACL_KEY_NET:
		if (rule->flags & PORTACL_RULE_NET_ANY)
			seq_buf_puts(s, " net=any");
		break;
	case PORTACL_KEY_CGROUP:
		print_text(s, " cgroup=", policy, rule->cgroup);
		break;
	case PORTACL_KEY_LAUNCH:
		if (rule->flags & PORTACL_RULE_LAUNCH_ROOT)
			seq_buf_puts(s, " launch=root");
		break;
	case PORTACL_KEY_ACCEPT:
		if (rule->accept)
			seq_buf_puts(s, " accept=");
		portacl_print_names(s, portacl_taints, rule->accept);
		break;
	case PORTACL_NR_KEYS:
		break;
	}
}

static void print_launcher(struct seq_buf *s,
			   const struct portacl_policy *policy, u32 index)
{
	seq_buf_puts(s, "launcher ");
	portacl_print_path(s, policy->strings + policy->launchers[index].text);
	seq_buf_putc(s, '\n');
}

/**
 * portacl_print_rule - print a rule as a line without its newline
 * @s: the output
 * @policy: the policy
 * @index: index of the rule
 */
void portacl_print_rule(struct seq_buf *s, const struct portacl_policy *policy,
			u32 index)
{
	const struct portacl_rule *rule = &policy->rules[index];
	const struct portacl_range *port = portacl_rule_ports(policy, rule);
	enum portacl_key key;

	seq_buf_puts(s, rule->flags & PORTACL_RULE_ALLOW ? "allow " : "deny ");
	if (rule->protos == PORTACL_ANY_PROTO)
		seq_buf_puts(s, "any");
	else
		portacl_print_names(s, portacl_protos, rule->protos);
	if (port->min == 1 && port->max == PORTACL_NR_PORTS - 1)
		seq_buf_puts(s, " any");
	else
		print_ranges(s, " ", port, rule->nr_ports);
	for (key = 0; key < PORTACL_NR_KEYS; key++)
		print_key(s, policy, rule, key);
	if (rule->flags & PORTACL_RULE_ONLY)
		seq_buf_puts(s, " only");
	if (rule->flags & PORTACL_RULE_LOG)
		seq_buf_puts(s, " log");
	if (rule->flags & PORTACL_RULE_NOLOG)
		seq_buf_puts(s, " nolog");
}

/**
 * portacl_print_steps - number of steps in which a policy is printed
 * @policy: the policy
 *
 * Return: the number of steps, the last of which is the line `commit`.
 */
u32 portacl_print_steps(const struct portacl_policy *policy)
{
	return policy->nr_launchers + policy->nr_rules + 2;
}

/**
 * portacl_print_step - print a part of the canonical text, in whole lines
 * @s: the output
 * @policy: the policy
 * @step: which part, from 0
 */
void portacl_print_step(struct seq_buf *s, const struct portacl_policy *policy,
			u32 step)
{
	u32 rule = step - 1 - policy->nr_launchers;

	if (!step) {
		seq_buf_printf(s, "version 1\ndefault %s\n",
			       portacl_actions[policy->default_action]);
	} else if (step <= policy->nr_launchers) {
		print_launcher(s, policy, step - 1);
	} else if (rule < policy->nr_rules) {
		portacl_print_rule(s, policy, rule);
		seq_buf_putc(s, '\n');
	} else {
		seq_buf_puts(s, "commit\n");
	}
}

#define PORTACL_REASON(NAME, text) \
	[PORTACL_REASON_##NAME] = text,
static const char *const reasons[] = {
#include "key_defs.h"
	[PORTACL_REASON_TAINT + PORTACL_TAINT_ENV] =
		"env (rule loaded after exec: restart the program)",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_NNP] = "no_new_privs",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_CHROOT] = "chroot",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_WRITABLE] = "writable",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_IDMAPPED] = "idmapped",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_DELETED] = "deleted",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_SHARED] = "shared",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_TRACED] = "traced",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_NAMESPACE] = "namespace",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_NOSUID] = "nosuid mount",
	[PORTACL_REASON_TAINT + PORTACL_TAINT_NOPATH] = "no path",
};

static_assert(ARRAY_SIZE(reasons) == PORTACL_NR_REASONS);

/**
 * portacl_reason_text - the reason in words
 * @reason: the reason
 *
 * Context: any.
 * Return: a constant text.
 */
const char *portacl_reason_text(enum portacl_reason reason)
{
	return reasons[reason];
}
