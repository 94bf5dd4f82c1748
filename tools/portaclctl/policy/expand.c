// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program of a rule: patterns in exe= are expanded, links are followed.
 */
#include <glob.h>
#include <search.h>

#include "lex.h"
#include "lib/cleanup.h"
#include "policy/config.h"
#include "policy/exe.h"
#include "policy/expand.h"
#include "policy/links.h"
#include "policy/source.h"
#include "portacl.h"

/* Rules that come from exe= patterns. */
#define MAX_EXPANDED 100000

static struct portacl_rule *last_rule(struct config *cfg)
{
	struct portacl_rule *rules = cfg->parser.draft.rules.data;

	return &rules[cfg->parser.draft.rules.len - 1];
}

/* Note where the last rule stands, and its path if a link was followed. */
static void add_origin(struct source *src, char *written)
{
	struct config *cfg = src->cfg;
	u32 rule = cfg->parser.draft.rules.len - 1;

	make_room(cfg->origins, rule);
	make_room(cfg->written, rule);
	cfg->written[rule] = written;
	cfg->origins[rule] = (struct origin) { src->file, src->line };
}

/* Where a path leads; each is looked up once: many rules name one program. */
struct lead {
	char *path;
	char *target;
	enum link_kind kind;
};

static int compare_leads(const void *a, const void *b)
{
	return strcmp(((const struct lead *)a)->path,
		      ((const struct lead *)b)->path);
}

static struct lead *make_lead(const char *path)
{
	struct lead *lead = xzalloc(sizeof(*lead));
	char target[PATH_MAX];
	struct program program;

	lead->path = xstrdup(path);
	program_look(&program, path, false);
	if (!(program.faults & BIT(PROGRAM_NOT_CANONICAL)))
		return lead;
	lead->kind = link_follow(path, target);
	if (lead->kind == LINK_NONE || strcmp(target, program.target))
		lead->kind = LINK_NONE;
	else
		lead->target = xstrdup(target);
	return lead;
}

static const struct lead *find_lead(const char *path)
{
	static void *cache;
	struct lead key = { .path = (char *)path };
	struct lead **found = tfind(&key, &cache, compare_leads);

	if (!found)
		found = tsearch(make_lead(path), &cache, compare_leads);
	if (!found)
		die_errno("memory");
	return *found;
}

/* The path that a link leads to if the rule may rely on it, or NULL. */
static const char *find_target(const struct portacl_rule *rule,
			       const char *path)
{
	const struct lead *lead = find_lead(path);

	return lead->kind == LINK_SAFE ||
	       (lead->kind == LINK_UNSAFE &&
		(rule->accept & BIT(PORTACL_TAINT_WRITABLE))) ?
	       lead->target : NULL;
}

/* Let the last rule name a program, by the path without links. */
static void set_program(struct source *src, const char *path)
{
	struct config *cfg = src->cfg;
	struct portacl_rule *rule = last_rule(cfg);
	struct portacl_vec *strings = &cfg->parser.draft.strings;
	const char *target = find_target(rule, path);
	const char *exe = target ? target : path;

	if (target && cfg->list_links)
		print("%s:%u: exe=%s resolves to %s\n", src->path, src->line,
		      path, target);
	add_origin(src, target ? xstrdup(path) : NULL);
	if (!strcmp((char *)strings->data + rule->exe_text, exe))
		return;
	rule->exe = portacl_hash_path(exe, strlen(exe));
	rule->exe_text = strings->len;
	if (portacl_vec_push(strings, exe, strlen(exe) + 1, 1))
		die("out of memory");
}

/* \ooo to its byte, where glob(3) must not take it for a pattern. */
static char *to_pattern(const char *text, size_t len)
{
	struct buf pattern = { 0 };
	unsigned int byte;

	for (; len; text++, len--) {
		if (*text != '\\') {
			buf_add(&pattern, text, 1);
			continue;
		}
		sscanf(text + 1, "%3o", &byte);
		buf_printf(&pattern, "\\%c", (int)byte);
		text += 3;
		len -= 3;
	}
	return pattern.text;
}

/* The pattern `.*` matches "." and "..", too: these are no programs. */
static bool is_program(const char *path)
{
	autofree char *word = path_escape(path);

	return !portacl_parse_path(word, false);
}

/* The files that an exe= pattern matches; each pattern is expanded once. */
static const struct list *find_matches(struct config *cfg, const char *pattern)
{
	size_t len = strcspn(pattern, " \t"), i;
	autofree char *text = NULL;
	struct list *matches;
	glob_t found;

	for (i = 0; i < cfg->patterns.len; i++)
		if (strlen(cfg->patterns.items[i]) == len &&
		    !strncmp(cfg->patterns.items[i], pattern, len))
			return &cfg->matches[i];
	cfg->matches = xrealloc(cfg->matches, i + 1, sizeof(*cfg->matches));
	matches = &cfg->matches[i];
	*matches = (struct list) { 0 };
	text = to_pattern(pattern, len);
	if (!glob(text, 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			if (is_program(found.gl_pathv[i]))
				list_add(matches, xstrdup(found.gl_pathv[i]));
		globfree(&found);
	}
	list_add(&cfg->patterns, xstrndup(pattern, len));
	return matches;
}

/* Return whether there is room; the first pattern without it is an error. */
static bool check_number(struct source *src, const char *exe, size_t matches)
{
	struct config *cfg = src->cfg;
	bool had_room = cfg->expanded <= MAX_EXPANDED;

	cfg->expanded += matches;
	if (cfg->expanded <= MAX_EXPANDED &&
	    cfg->parser.draft.rules.len - 1 + matches <= PORTACL_MAX_RULES)
		return true;
	if (had_room)
		complain(src, exe - src->text,
			 "the exe= patterns match too many programs");
	cfg->expanded = MAX_EXPANDED + 1;
	if (cfg->problems)
		return false;
	warn("patterns may make %u rules at most", MAX_EXPANDED);
	exit(error_status(cfg));
}

/* Copy the last rule for each program that its pattern matches. */
static void expand_rule(struct source *src, const char *exe)
{
	struct config *cfg = src->cfg;
	struct portacl_rule rule = *last_rule(cfg);
	const struct list *matches = find_matches(cfg, exe);
	size_t i;

	if (!check_number(src, exe, matches->len)) {
		add_origin(src, NULL);
		return;
	}
	for (i = 0; i < matches->len; i++) {
		if (cfg->list_matches) {
			autofree char *word = path_escape(matches->items[i]);

			print("%s:%u: exe= matches %s\n", src->path, src->line,
			      word);
		}
		if (i && portacl_vec_push(&cfg->parser.draft.rules, &rule, 1,
					  sizeof(rule)))
			die("out of memory");
		set_program(src, matches->items[i]);
	}
	if (matches->len)
		return;
	/* The rule is kept: what it reserves stays reserved. */
	add_origin(src, NULL);
	if (cfg->empty++ < MAX_WARNINGS)
		say(src, exe - src->text, "warning: ",
		    rule.flags & PORTACL_RULE_ALLOW ?
		    "no file matches: the rule allows nobody" :
		    "no file matches: the rule denies nobody");
}

/* The value of exe= in a line that the parser has accepted, or NULL. */
static const char *find_exe(const char *text, size_t *len)
{
	const char *word = text;

	for (*len = 0; (word = next_word(word + *len, len));) {
		if (strncmp(word, "exe=", 4))
			continue;
		*len -= 4;
		return word + 4;
	}
	return NULL;
}

/* Note where the rule of a line stands, and find the programs that it names. */
void source_rule_add(struct source *src)
{
	const char *exe;
	size_t len;

	exe = src->cfg->raw ? NULL : find_exe(src->text, &len);
	if (!exe) {
		add_origin(src, NULL);
	} else if (strcspn(exe, "*?[") < len) {
		expand_rule(src, exe);
	} else {
		autofree char *path = path_unescape(exe, len);

		set_program(src, path);
	}
}
