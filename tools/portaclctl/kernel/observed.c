// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/observed.h"
#include "lex.h"
#include "lib/cleanup.h"

static int name_index(const char *line, const char *key,
		      const char *const *names, u32 nr)
{
	autofree char *value = get_field(line, key);

	return value ? match_string(names, nr, value) : -1;
}

static bool read_line(struct observed *seen, const char *line)
{
	int proto = name_index(line, "proto", portacl_protos,
			       PORTACL_NR_PROTOS);
	int action = name_index(line, "outcome", portacl_outcomes,
				PORTACL_NR_ACTIONS);
	autofree char *taint = get_field(line, "taint");
	int bits = 0;

	if (taint && strcmp(taint, "none"))
		bits = portacl_parse_names(taint, portacl_taints,
					   PORTACL_NR_TAINTS);
	if (proto < 0 || action < 0 || bits < 0)
		return false;
	*seen = (struct observed) {
		.exe = get_field(line, "exe"),
		.verified = get_number(line, "verified", 0),
		.uid = get_number(line, "uid", 0),
		.proto = proto,
		.port = get_number(line, "port", 0),
		.action = action,
		.count = get_number(line, "count", 0),
		.taint = bits,
	};
	return seen->exe;
}

/**
 * observed_read - read what the kernel's `observed` shows
 * @text: its text
 * @nr: where the number of observations is stored
 *
 * Return: the observations, for free().
 */
struct observed *observed_read(const char *text, u32 *nr)
{
	struct observed *seen = NULL;
	autofree char *copy = xstrdup(text);
	char *rest = copy, *line;

	*nr = 0;
	while ((line = strsep(&rest, "\n"))) {
		make_room(seen, *nr);
		if (!strncmp(line, "exe=", 4) && read_line(&seen[*nr], line))
			++*nr;
	}
	return seen;
}

/* A restart of the program takes env away: it makes no other rule. */
static u32 lasting(const struct observed *seen)
{
	return seen->taint & ~BIT(PORTACL_TAINT_ENV);
}

static int compare(const void *a, const void *b)
{
	const struct observed *x = a, *y = b;
	int diff = strcmp(x->exe, y->exe);

	if (!diff)
		diff = (x->uid > y->uid) - (x->uid < y->uid);
	if (!diff)
		diff = (int)x->verified - (int)y->verified;
	if (!diff)
		diff = (lasting(x) > lasting(y)) - (lasting(x) < lasting(y));
	if (!diff)
		diff = (int)x->proto - (int)y->proto;
	return diff ? diff : (int)x->port - (int)y->port;
}

void observed_sort(struct observed *seen, u32 nr)
{
	if (nr)
		qsort(seen, nr, sizeof(*seen), compare);
}
