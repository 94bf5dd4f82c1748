// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of `nft -j list ruleset' for a port, libnftables-json(5).
 */
#include <jansson.h>

#include "lex.h"
#include "lib/cleanup.h"
#include "system/redirect.h"

/* Does a rule concern something? */
enum hit {
	HIT_NO,
	HIT_MAYBE,
	HIT_YES,
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* A number, {"range": [a, b]}, or {"set": [...]} of these. */
static enum hit has_port(const json_t *value, u32 port)
{
	const json_t *range = json_object_get(value, "range");
	const json_t *set = json_object_get(value, "set"), *item;
	enum hit best = HIT_NO, hit;
	size_t i;

	if (json_is_integer(value))
		return json_integer_value(value) == port ? HIT_YES : HIT_NO;
	if (range)
		return json_integer_value(json_array_get(range, 0)) <= port &&
		       json_integer_value(json_array_get(range, 1)) >= port ?
		       HIT_YES : HIT_NO;
	/* A named set, a service's name, a map. */
	if (!set)
		return HIT_MAYBE;
	json_array_foreach(set, i, item) {
		hit = has_port(item, port);
		best = hit > best ? hit : best;
	}
	return best;
}

static enum hit negate(enum hit hit, const char *op)
{
	if (strcmp(op, "!=") || hit == HIT_MAYBE)
		return hit;
	return hit == HIT_YES ? HIT_NO : HIT_YES;
}

/* Read a match: only ports and protocols are understood. */
static enum hit match_one(const json_t *match, const char *proto, u32 port)
{
	const json_t *left = json_object_get(match, "left");
	const json_t *right = json_object_get(match, "right");
	const json_t *payload = json_object_get(left, "payload");
	const json_t *meta = json_object_get(left, "meta");
	const char *field = text_of(payload, "field");
	const char *name = text_of(payload, "protocol");
	bool l4 = !strcmp(text_of(meta, "key"), "l4proto") ||
		  !strcmp(field, "protocol") || !strcmp(field, "nexthdr");

	if (!strcmp(field, "dport")) {
		if (strcmp(name, proto) && strcmp(name, "th"))
			return HIT_NO;
		return negate(has_port(right, port), text_of(match, "op"));
	}
	if (l4 && json_is_string(right))
		return negate(strcmp(json_string_value(right), proto) ?
			      HIT_NO : HIT_YES, text_of(match, "op"));
	return HIT_MAYBE;
}

/* redirect, dnat or tproxy, by itself or as iptables' target; or NULL. */
static const char *target_of(const json_t *statement)
{
	static const char *const names[] = { "redirect", "dnat", "tproxy" };
	const char *xt = text_of(json_object_get(statement, "xt"), "name");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (json_object_get(statement, names[i]) ||
		    !strcasecmp(xt, names[i]))
			return names[i];
	return NULL;
}

/* Read a map that looks the port up: its elements are [KEY, VALUE] pairs. */
struct lookup {
	bool by_port;
	enum hit proto;
	const json_t *elements;
};

/* `tcp dport map { 80 : ... }`, or a verdict map; others may do anything. */
static struct lookup read_lookup(const json_t *map, const char *proto)
{
	const json_t *key = json_object_get(map, "key");
	const json_t *data = json_object_get(map, "data"), *payload;
	struct lookup lookup = { .proto = HIT_YES };
	const char *name;

	/* So older versions of nft name them. */
	key = key ? key : json_object_get(map, "left");
	data = data ? data : json_object_get(map, "right");
	payload = json_object_get(key, "payload");
	name = text_of(payload, "protocol");
	lookup.elements = json_object_get(data, "set");
	lookup.by_port = !strcmp(text_of(payload, "field"), "dport");
	if (lookup.by_port && strcmp(name, proto) && strcmp(name, "th"))
		lookup.proto = HIT_NO;
	return lookup;
}

static enum hit match_element(const struct lookup *lookup, const json_t *pair,
			      u32 port)
{
	enum hit hit = lookup->by_port ?
		       has_port(json_array_get(pair, 0), port) : HIT_MAYBE;

	return min(lookup->proto, hit);
}

/* Does the map have the port?  Without a value the rule does not apply. */
static enum hit match_map(const json_t *map, const char *proto, u32 port)
{
	struct lookup lookup = read_lookup(map, proto);
	enum hit best = HIT_NO, hit;
	const json_t *pair;
	size_t i;

	if (!lookup.elements)
		return min(lookup.proto, (enum hit)HIT_MAYBE);
	json_array_foreach(lookup.elements, i, pair) {
		hit = match_element(&lookup, pair, port);
		best = max(best, hit);
	}
	return best;
}

/* The address or the port to send to may come from a map. */
static enum hit match_target(const json_t *statement, const char *name,
			     const char *proto, u32 port)
{
	const json_t *target = json_object_get(statement, name);
	static const char *const parts[] = { "addr", "port" };
	enum hit hit = HIT_YES;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		const json_t *map = json_object_get(
			json_object_get(target, parts[i]), "map");

		if (map)
			hit = min(hit, match_map(map, proto, port));
	}
	return hit;
}

/* A condition of the rule; what is no condition always holds. */
static enum hit match_statement(const json_t *statement, const char *proto,
				u32 port)
{
	static const char *const others[] = {
		"xt", "limit", "quota", "ct count", "meter",
	};
	const json_t *match = json_object_get(statement, "match");
	u32 i;

	if (match)
		return match_one(match, proto, port);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (json_object_get(statement, others[i]))
			return HIT_MAYBE;
	return HIT_YES;
}

/**
 * struct ruleset - what is looked at
 * @items: what nft printed
 * @reach: per chain, enum hit: do the port's packets come there?
 * @changed: a chain was reached, or more surely than before
 * @proto: name of the protocol
 * @port: the port
 */
struct ruleset {
	const json_t *items;
	json_t *reach;
	bool changed;
	const char *proto;
	u32 port;
};

static char *chain_name(const json_t *object, const char *chain)
{
	return xasprintf("%s %s %s", text_of(object, "family"),
			 text_of(object, "table"), chain);
}

static enum hit chain_hit(const struct ruleset *ruleset, const json_t *object,
			  const char *chain)
{
	autofree char *name = chain_name(object, chain);

	return json_integer_value(json_object_get(ruleset->reach, name));
}

static void reach_chain(struct ruleset *ruleset, const json_t *object,
			const char *chain, enum hit hit)
{
	autofree char *name = chain_name(object, chain);

	if (!*chain || hit <= chain_hit(ruleset, object, chain))
		return;
	json_object_set_new_nocheck(ruleset->reach, name, json_integer(hit));
	ruleset->changed = true;
}

/* The chain that a verdict names: {"jump": {"target": NAME}}; or "". */
static const char *verdict_chain(const json_t *verdict)
{
	const json_t *jump = json_object_get(verdict, "jump");

	return text_of(jump ? jump : json_object_get(verdict, "goto"),
		       "target");
}

static void follow_map(struct ruleset *ruleset, const json_t *rule,
		       const json_t *map, enum hit hit)
{
	struct lookup lookup = read_lookup(map, ruleset->proto);
	const json_t *pair;
	size_t i;

	json_array_foreach(lookup.elements, i, pair) {
		enum hit one = match_element(&lookup, pair, ruleset->port);

		reach_chain(ruleset, rule,
			    verdict_chain(json_array_get(pair, 1)),
			    min(hit, one));
	}
}

/* Follow the jumps of a rule whose chain is reached. */
static void follow_rule(struct ruleset *ruleset, const json_t *rule)
{
	enum hit hit = chain_hit(ruleset, rule, text_of(rule, "chain")), one;
	const json_t *statement;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, statement) {
		one = match_statement(statement, ruleset->proto,
				      ruleset->port);
		hit = min(hit, one);
		reach_chain(ruleset, rule, verdict_chain(statement), hit);
		follow_map(ruleset, rule, json_object_get(statement, "vmap"),
			   hit);
	}
}

/* A named map of verdicts may be asked for anything. */
static void follow_named_map(struct ruleset *ruleset, const json_t *map)
{
	const json_t *pair;
	size_t i;

	json_array_foreach(json_object_get(map, "elem"), i, pair)
		reach_chain(ruleset, map,
			    verdict_chain(json_array_get(pair, 1)), HIT_MAYBE);
}

/* The kernel starts at chains that have a hook; rules lead to the others. */
static void find_chains(struct ruleset *ruleset)
{
	const json_t *item, *chain;
	size_t i;

	json_array_foreach(ruleset->items, i, item) {
		chain = json_object_get(item, "chain");
		if (json_object_get(chain, "hook"))
			reach_chain(ruleset, chain, text_of(chain, "name"),
				    HIT_YES);
		follow_named_map(ruleset, json_object_get(item, "map"));
	}
	do {
		ruleset->changed = false;
		json_array_foreach(ruleset->items, i, item)
			follow_rule(ruleset, json_object_get(item, "rule"));
	} while (ruleset->changed);
}

static void look_at_rule(struct steering *steering,
			 const struct ruleset *ruleset, const json_t *rule)
{
	enum hit hit = chain_hit(ruleset, rule, text_of(rule, "chain")), one;
	const char *target = NULL;
	const json_t *statement;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, statement) {
		target = target_of(statement);
		one = target ? match_target(statement, target, ruleset->proto,
					    ruleset->port) :
			       match_statement(statement, ruleset->proto,
					       ruleset->port);
		hit = min(hit, one);
		if (target)
			break;
	}
	if (target && hit != HIT_NO)
		list_add(&steering->found, xasprintf(
			"nft %s it: rule with handle %d of %s %s, chain %s: %s",
			hit == HIT_YES ? "sends" : "may send",
			(int)json_integer_value(json_object_get(rule,
								"handle")),
			text_of(rule, "family"), text_of(rule, "table"),
			text_of(rule, "chain"), target));
}

/**
 * steering_nft - look for rules that send a port's packets elsewhere
 * @steering: where they are added
 * @text: what nft printed
 * @proto: enum portacl_proto
 * @port: the port
 */
void steering_nft(struct steering *steering, const char *text, u8 proto,
		  u32 port)
{
	json_t *json = json_loads(text, 0, NULL), *item;
	struct ruleset ruleset = {
		.items = json_object_get(json, "nftables"),
		.reach = json_object(),
		.proto = portacl_protos[proto],
		.port = port,
	};
	size_t i;

	if (!json)
		list_add(&steering->unseen, xstrdup(
			"redirect and dnat rules of nft: what it prints is not understood"));
	find_chains(&ruleset);
	json_array_foreach(ruleset.items, i, item)
		look_at_rule(steering, &ruleset, json_object_get(item, "rule"));
	json_decref(ruleset.reach);
	json_decref(json);
}
