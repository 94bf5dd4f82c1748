// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy of 100,000 rules may have one fault 100,000 times.  Rules with the
 * same text share a finding, and of one kind only the first texts are shown.
 */
#include "lib/cleanup.h"
#include "lint/report.h"
#include "policy/json.h"

/* Texts shown of one kind. */
#define MAX_TEXTS 10

/* Rules named of one finding, besides the first. */
#define MAX_NAMED 5

static void add_rule(struct finding *finding, u32 rule)
{
	u32 nr = finding->nr_rules++;

	make_room(finding->rules, nr);
	finding->rules[nr] = rule;
}

/* The finding that has the text, or stands for all further texts of its kind. */
static struct finding *find_finding(struct findings *findings, const char *id,
				    const char *text, u32 *texts)
{
	u32 i;

	for (i = 0; i < findings->nr; i++) {
		struct finding *finding = &findings->items[i];

		if (!finding->nr_rules || strcmp(finding->id, id))
			continue;
		if (!finding->text || !strcmp(finding->text, text))
			return finding;
		++*texts;
	}
	return NULL;
}

static struct finding *new_finding(struct findings *findings, const char *id)
{
	u32 nr = findings->nr++;

	make_room(findings->items, nr);
	findings->items[nr] = (struct finding) { .id = id };
	return &findings->items[nr];
}

/**
 * findings_add - add a finding
 * @findings: where it is added
 * @rule: the rule that it is about, counted from 0, or NO_RULE
 * @id: what it is called
 * @text: what it says, from malloc(); taken over
 */
void findings_add(struct findings *findings, u32 rule, const char *id,
		  char *text)
{
	struct finding *finding = NULL;
	u32 texts = 0;

	if (rule != NO_RULE)
		finding = find_finding(findings, id, text, &texts);
	if (!finding) {
		finding = new_finding(findings, id);
		if (texts < MAX_TEXTS) {
			finding->text = text;
			text = NULL;
		}
	}
	free(text);
	if (rule != NO_RULE)
		add_rule(finding, rule);
}

/* Make the text of a finding; for free(). */
static char *finding_text(const struct finding *finding)
{
	if (finding->text)
		return xstrdup(finding->text);
	return xasprintf("%u more rule%s with a finding of this kind",
			 finding->nr_rules, finding->nr_rules > 1 ? "s" : "");
}

static json_t *json_finding(const struct finding *finding,
			    const struct config *cfg)
{
	const struct origin *origin = finding->nr_rules ?
				      &cfg->origins[*finding->rules] : NULL;
	autofree char *text = finding_text(finding);
	json_t *rules = json_array();
	u32 i;

	for (i = 0; i < finding->nr_rules; i++)
		json_array_append_new(rules,
				      json_integer(finding->rules[i] + 1));
	return json_pack("{ss so so so so so}", "id", finding->id,
			 "rule", origin ? json_integer(*finding->rules + 1) :
					  json_null(),
			 "file", json_text(origin ?
				cfg->files.items[origin->file] : NULL),
			 "line", origin ? json_integer(origin->line) :
					  json_null(),
			 "text", json_text(text), "rules", rules);
}

/* Where the rules besides the first stand. */
static void print_places(const struct finding *finding,
			 const struct config *cfg)
{
	u32 i, more = finding->nr_rules - 1;

	print("    also %u more rule%s: ", more, more > 1 ? "s" : "");
	for (i = 1; i <= min(more, (u32)MAX_NAMED); i++) {
		autofree char *where = config_where(cfg, finding->rules[i]);

		print("%s%s", i > 1 ? ", " : "", where);
	}
	print("%s\n", more > MAX_NAMED ? ", ..." : "");
}

static void print_finding(const struct finding *finding,
			  const struct config *cfg)
{
	autofree char *text = finding_text(finding);
	autofree char *where = finding->nr_rules ?
		config_where(cfg, *finding->rules) : NULL;

	if (where)
		print("%s: ", where);
	print("%s [%s]\n", text, finding->id);
	if (finding->nr_rules > 1)
		print_places(finding, cfg);
}

/**
 * findings_print - print all findings
 * @findings: the findings
 * @cfg: the policy
 * @json: as JSON
 */
void findings_print(const struct findings *findings, const struct config *cfg,
		    bool json)
{
	json_t *array = json ? json_array() : NULL;
	u32 i;

	for (i = 0; i < findings->nr; i++) {
		if (json)
			json_array_append_new(array, json_finding(
				&findings->items[i], cfg));
		else
			print_finding(&findings->items[i], cfg);
	}
	if (json)
		print_json(array);
	else if (!findings->nr)
		print("nothing found\n");
}

void findings_free(struct findings *findings)
{
	u32 i;

	for (i = 0; i < findings->nr; i++) {
		free(findings->items[i].text);
		free(findings->items[i].rules);
	}
	free(findings->items);
}
