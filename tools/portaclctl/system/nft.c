// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `nft -j list ruleset' says about a port, libnftables-json(5).
 */
#include <jansson.h>

#include "lex.h"
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

/* What one match says: only ports and protocols are understood. */
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

static void look_at_rule(struct steering *steering, const json_t *rule,
			 const char *proto, u32 port)
{
	const json_t *match, *statement;
	const char *target = NULL;
	enum hit hit = HIT_YES, one;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, statement) {
		target = target_of(statement);
		if (target)
			break;
		match = json_object_get(statement, "match");
		if (!match && !json_object_get(statement, "xt"))
			continue;
		one = match ? match_one(match, proto, port) : HIT_MAYBE;
		hit = one < hit ? one : hit;
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
	json_t *json = json_loads(text, 0, NULL), *item, *rule;
	size_t i;

	if (!json)
		list_add(&steering->unseen, xstrdup(
			"redirect and dnat rules of nft: what it prints is not understood"));
	json_array_foreach(json_object_get(json, "nftables"), i, item) {
		rule = json_object_get(item, "rule");
		if (rule)
			look_at_rule(steering, rule, portacl_protos[proto],
				     port);
	}
	json_decref(json);
}
