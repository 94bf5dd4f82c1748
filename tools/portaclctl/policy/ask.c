// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/securityfs.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "match.h"
#include "policy/ask.h"
#include "policy/exe.h"
#include "print.h"
#include "query.h"

/* The groups that the kernel's file takes. */
#define KERNEL_GROUPS 32

/* The active policy, read by the tool's own copy of the parser. */
struct portacl_policy *kernel_policy(void)
{
	struct config cfg = { .raw = true };
	struct portacl_policy *policy;
	char *text = kernel_read("policy");

	config_add_text(&cfg, "kernel", text);
	free(text);
	if (cfg.errors)
		die("the kernel's policy is not understood: portaclctl and the kernel are of different versions");
	config_build(&cfg);
	policy = cfg.policy;
	cfg.policy = NULL;
	config_free(&cfg);
	return policy;
}

/**
 * source_open - choose who answers
 * @source: where the choice is stored
 * @kernel: the running kernel
 * @file: else this file; NULL: the usual ones
 */
void source_open(struct policy_source *source, bool kernel, const char *file)
{
	char *paths[] = { (char *)file, NULL };
	struct portacl_policy *policy;

	*source = (struct policy_source) { .kernel = kernel };
	if (kernel) {
		source->policy = source->cfg.policy = kernel_policy();
		return;
	}
	config_load(&source->cfg, paths);
	policy = source->cfg.policy;
	program_aliases(policy);
	source->policy = policy;
}

void source_close(struct policy_source *source)
{
	config_free(&source->cfg);
}

/* The mode matters for the running policy, not for a file. */
bool source_enforced(const struct policy_source *source)
{
	autofree char *mode = source->kernel ? kernel_status("mode") : NULL;

	return !mode || !strcmp(mode, "enforce");
}

/* A rule as FILE:LINE: TEXT. */
char *source_rule(const struct policy_source *source, u32 rule)
{
	autofree char *text = rule_text(source->policy, rule), *where = NULL;

	if (source->kernel)
		return xstrdup(text);
	where = config_where(&source->cfg, rule);
	return xasprintf("%s: %s", where, text);
}

/* Resolve the name of a program as exec does; @path: where it is stored. */
static const char *resolve(const struct request *request,
			   struct portacl_request *bind, char path[PATH_MAX])
{
	if (!request->exe || !realpath(request->exe, path))
		return NULL;
	bind->exe = portacl_hash_path(path, strlen(path));
	return path;
}

/* Protocols of the rule that came nearest, if it fails by them. */
static void note_other_proto(const struct policy_source *source,
			     const struct portacl_request *bind,
			     struct answer *answer)
{
	autofree char *old = answer->text;
	autofree char *names = names_text(
		portacl_protos, source->policy->rules[answer->nearest].protos);

	answer->text = xasprintf("%s (rule %u: protocol %s, rule has %s)", old,
				 answer->nearest + 1,
				 portacl_protos[bind->proto], names);
}

/* As query_fs.c of the kernel does. */
static void ask_policy(const struct policy_source *source,
		       const struct request *request, struct answer *answer)
{
	struct portacl_request bind = request->bind;
	char path[PATH_MAX], text[5 * PATH_MAX];
	const char *exe = resolve(request, &bind, path);
	struct portacl_verdict v = portacl_match(source->policy, &bind);
	struct portacl_miss miss = { .rule = PORTACL_NO_RULE };
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	portacl_print_answer(&s, source->policy, &bind, exe);
	if (v.action != PORTACL_ALLOW)
		miss = portacl_match_nearest(source->policy, &bind, &v,
					     PORTACL_MAX_RULES);
	*answer = (struct answer) {
		.text = xstrndup(text, min(s.len, sizeof(text))),
		.action = v.action,
		.rule = v.source == PORTACL_BY_RULE ? v.rule : PORTACL_NO_RULE,
		.reserved = v.source == PORTACL_BY_ONLY ? v.rule :
							  PORTACL_NO_RULE,
		.nearest = miss.rule,
	};
	if (miss.reason == PORTACL_REASON_PROTO)
		note_other_proto(source, &bind, answer);
}

/*
 * The rule whose number, from 1, follows a key.  A policy loaded meanwhile may
 * have more rules.
 */
static u32 rule_of(const struct policy_source *source, const char *text,
		   const char *key)
{
	u64 number = get_number(text, key, 0);

	return number && number <= source->policy->nr_rules ? number - 1 :
							      PORTACL_NO_RULE;
}

/* The kernel's file takes and gives text. */
static void ask_kernel(const struct policy_source *source,
		       const struct request *request, struct answer *answer)
{
	autofree char *question = request_text(request), *reason = NULL;
	char *text = kernel_query(question);
	struct portacl_request bind = request->bind;

	*answer = (struct answer) {
		.text = text,
		.action = !strncmp(text, "allow", 5) ? PORTACL_ALLOW :
			  !strncmp(text, "deny", 4) ? PORTACL_DENY :
						      PORTACL_LEGACY,
		.rule = rule_of(source, text, "rule"),
		.nearest = rule_of(source, text, "nearest"),
		.reserved = PORTACL_NO_RULE,
	};
	if (!strncmp(text, "deny only", 9))
		answer->reserved = portacl_match_reserved(source->policy,
							  &bind).rule;
	reason = get_field(text, "reason");
	if (answer->nearest != PORTACL_NO_RULE && reason &&
	    !strcmp(reason, portacl_reason_text(PORTACL_REASON_PROTO)))
		note_other_proto(source, &bind, answer);
}

/*
 * Can the kernel be asked?  Its file takes no more groups than that, and has no
 * word for an IPv6 wildcard that leaves out IPv4.
 */
static bool has_words(const struct portacl_request *bind)
{
	return bind->nr_groups <= KERNEL_GROUPS &&
	       !(bind->nr_bound == 1 && !bind->bound[0].len);
}

/**
 * ask - get the verdict on a request
 * @source: the policy that is asked
 * @request: the bind
 * @answer: where the answer is stored, for answer_free()
 *
 * A copy of the kernel's policy answers what cannot be asked in text.
 */
void ask(const struct policy_source *source, const struct request *request,
	 struct answer *answer)
{
	if (source->kernel && has_words(&request->bind))
		ask_kernel(source, request, answer);
	else
		ask_policy(source, request, answer);
}

/**
 * ask_action - get no more of the verdict than what happens to the bind
 * @source: the policy, which is not the kernel's
 * @request: the bind
 *
 * The rule that came nearest takes a look at all rules; this does not.
 *
 * Return: what happens to the bind.
 */
enum portacl_action ask_action(const struct policy_source *source,
			       const struct request *request)
{
	struct portacl_request bind = request->bind;
	char path[PATH_MAX];

	resolve(request, &bind, path);
	return portacl_match(source->policy, &bind).action;
}

/* The rule to show beside an answer, or PORTACL_NO_RULE. */
u32 answer_rule(const struct answer *answer)
{
	if (answer->rule != PORTACL_NO_RULE)
		return answer->rule;
	return answer->nearest != PORTACL_NO_RULE ? answer->nearest :
						    answer->reserved;
}

void answer_free(struct answer *answer)
{
	free(answer->text);
}
