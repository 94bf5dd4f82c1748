// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask which of the rules are wanted.
 */
#include "learn/learner.h"

static bool wants_it(struct learner *learner, const char *rule)
{
	char line[16];

	print_lines(rule, strlen(rule));
	print("\n[a]llow, [s]kip or [q]uit? ");
	fflush(stdout);
	for (;;) {
		if (!fgets(line, sizeof(line), stdin) || *line == 'q') {
			learner->quit = true;
			return false;
		}
		if (*line == 'a' || *line == 's')
			return *line == 'a';
		print("a, s or q? ");
		fflush(stdout);
	}
}

/* Does the file have the rule already, whatever comments stand before it? */
static bool is_present(const struct learner *learner, const char *rule)
{
	const char *mark = strrchr(rule, '\n'), *at = learner->present;
	size_t len;

	rule = mark ? mark + 1 : rule;
	len = strlen(rule);
	for (; at && (at = strstr(at, rule)); at += len)
		if ((at == learner->present || at[-1] == '\n') &&
		    (!at[len] || at[len] == '\n'))
			return true;
	return false;
}

/* A rule that cannot allow the bind is only a note. */
void take_rule(struct learner *learner, const char *rule, bool usable)
{
	bool wanted;

	if (is_present(learner, rule)) {
		learner->known++;
		return;
	}
	wanted = !usable || !learner->path || wants_it(learner, rule);
	if (!usable)
		learner->useless++;
	else if (wanted)
		learner->nr++;
	else
		learner->skipped++;
	if (wanted)
		buf_printf(&learner->out, "%s\n", rule);
}
