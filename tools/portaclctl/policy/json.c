// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/record.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "policy/address.h"
#include "policy/json.h"
#include "policy/links.h"
#include "policy/text.h"

/* JSON wants UTF-8, which a log or a path need not be.  NULL becomes null. */
json_t *json_text(const char *text)
{
	size_t len, left = text ? strlen(text) : 0;
	struct buf clean = { 0 };
	json_t *json;
	u32 point;

	for (; left; text += len, left -= len) {
		len = utf8_len(text, left, &point);
		buf_add(&clean, len ? text : "?", max(len, (size_t)1));
		len = max(len, (size_t)1);
	}
	json = text ? json_string(clean.text ? clean.text : "") : json_null();
	free(clean.text);
	return json;
}

json_t *json_texts(const struct list *texts)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < texts->len; i++)
		json_array_append_new(array, json_text(texts->items[i]));
	return array;
}

static json_t *json_ranges(const struct portacl_range *range, u32 nr)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < nr; i++)
		json_array_append_new(array, json_pack("[II]",
						       (json_int_t)range[i].min,
						       (json_int_t)range[i].max));
	return array;
}

json_t *json_names(const char *const *names, u32 bits)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; bits >> i; i++)
		if (bits & BIT(i))
			json_array_append_new(array, json_string(names[i]));
	return array;
}

static json_t *json_addrs(const struct portacl_cidr *addr, u32 nr)
{
	json_t *array = json_array();
	u32 i;

	for (i = 0; i < nr; i++) {
		autofree char *text = cidr_text(&addr[i]);

		json_array_append_new(array, json_string(text));
	}
	return array;
}

/* A path, whose odd bytes JSON could not hold, as the policy has it. */
static json_t *json_path(const struct portacl_policy *policy, u32 offset)
{
	autofree char *text = offset ? path_escape(policy->strings + offset) :
				       NULL;

	return json_text(text);
}

static const char *log_name(u8 flags)
{
	if (flags & PORTACL_RULE_LOG)
		return "all";
	return flags & PORTACL_RULE_NOLOG ? "none" : "denials";
}

static json_t *json_key(const struct portacl_policy *policy,
			const struct portacl_rule *rule, enum portacl_key key)
{
	switch (key) {
	case PORTACL_KEY_EXE:
		return json_path(policy, rule->exe_text);
	case PORTACL_KEY_UID:
		return json_ranges(portacl_rule_uids(policy, rule),
				   rule->nr_uids);
	case PORTACL_KEY_GID:
		return json_ranges(portacl_rule_gids(policy, rule),
				   rule->nr_gids);
	case PORTACL_KEY_ADDR:
		return json_addrs(portacl_rule_addrs(policy, rule),
				  rule->nr_addrs);
	case PORTACL_KEY_NET:
		return json_string(rule->flags & PORTACL_RULE_NET_ANY ?
				   "any" : "init");
	case PORTACL_KEY_CGROUP:
		return json_path(policy, rule->cgroup);
	case PORTACL_KEY_LAUNCH:
		return json_boolean(rule->flags & PORTACL_RULE_LAUNCH_ROOT);
	case PORTACL_KEY_ACCEPT:
		return json_names(portacl_taints, rule->accept);
	case PORTACL_NR_KEYS:
		break;
	}
	return NULL;
}

/* A rule; portaclctl(8) lists the members. */
json_t *json_rule(const struct portacl_policy *policy, u32 index)
{
	const struct portacl_rule *rule = &policy->rules[index];
	autofree char *text = rule_text(policy, index);
	json_t *json = json_pack(
		"{sI ss so so}", "rule", (json_int_t)index + 1,
		"action", rule->flags & PORTACL_RULE_ALLOW ? "allow" : "deny",
		"protocols", json_names(portacl_protos, rule->protos),
		"ports", json_ranges(portacl_rule_ports(policy, rule),
				     rule->nr_ports));
	enum portacl_key key;

	for (key = 0; key < PORTACL_NR_KEYS; key++)
		json_object_set_new(json, key == PORTACL_KEY_LAUNCH ?
				    "launch_root" : portacl_keys[key],
				    json_key(policy, rule, key));
	json_object_set_new(json, "only",
			    json_boolean(rule->flags & PORTACL_RULE_ONLY));
	json_object_set_new(json, "log", json_string(log_name(rule->flags)));
	json_object_set_new(json, "text", json_string(text));
	return json;
}

json_t *json_policy(const struct portacl_policy *policy)
{
	json_t *rules = json_array(), *launchers = json_array();
	u32 i;

	for (i = 0; i < policy->nr_launchers; i++)
		json_array_append_new(launchers, json_path(
			policy, policy->launchers[i].text));
	for (i = 0; i < policy->nr_rules; i++)
		json_array_append_new(rules, json_rule(policy, i));
	return json_pack("{si ss so so}", "version", 1, "default",
			 portacl_actions[policy->default_action],
			 "launchers", launchers, "rules", rules);
}

/* A verdict that was reported; @time: when, 0 if it is not known. */
json_t *json_record(const struct record *record, time_t time)
{
	u64 rule = record->rule ? strtoull(record->rule, NULL, 10) : 0;
	char date[32];

	strftime(date, sizeof(date), "%FT%TZ", gmtime(&time));
	return json_pack("{so ss ss sI sI so so so so so so}",
			 "time", time ? json_string(date) : json_null(),
			 "verdict", record->denied ? "deny" : "allow",
			 "protocol", portacl_protos[record->proto],
			 "port", (json_int_t)record->port,
			 "uid", (json_int_t)record->uid,
			 "pid", record->pid ? json_integer(record->pid) :
					      json_null(),
			 "comm", json_text(record->comm),
			 "exe", json_text(record->exe),
			 "rule", rule ? json_integer(rule) : json_null(),
			 "reason", json_text(record->reason),
			 "text", json_text(record->text));
}

static void dump(json_t *json, size_t flags)
{
	char *text = json_dumps(json, flags | JSON_PRESERVE_ORDER |
				JSON_ENSURE_ASCII);
	char *at = text, *del;

	if (!text)
		die("out of memory");
	/* JSON allows DEL as it is. */
	for (; (del = strchr(at, 0x7f)); at = del + 1) {
		print_lines(at, del - at);
		print("\\u007f");
	}
	print_lines(at, strlen(at));
	print("\n");
	free(text);
	json_decref(json);
}

/* The caller's reference goes, too. */
void print_json(json_t *json)
{
	dump(json, JSON_INDENT(2));
}

void print_json_line(json_t *json)
{
	dump(json, JSON_COMPACT);
}
