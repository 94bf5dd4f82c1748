// SPDX-License-Identifier: GPL-2.0-only
#include "explain/trial.h"
#include "lint/lint.h"

static bool allows(const struct portacl_policy *policy,
		   const struct request *request)
{
	const struct policy_source source = { .policy = policy };

	return ask_action(&source, request) == PORTACL_ALLOW;
}

/**
 * trial_request - would the policy as it is allow a request?
 * @view: the policy
 * @request: the request
 *
 * Return: whether it would.
 */
bool trial_request(const struct view *view, const struct request *request)
{
	return view->has_policy && allows(view->source.policy, request);
}

/**
 * trial_launcher - would one more `launcher` line allow the bind?
 * @view: the policy and the bind, with its launcher
 *
 * Return: whether it would.
 */
bool trial_launcher(const struct view *view)
{
	struct portacl_policy policy;

	/* Without rules a launcher has no effect. */
	if (!view->has_policy ||
	    view->source.policy->nr_launchers == PORTACL_MAX_LAUNCHERS)
		return false;
	policy = *view->source.policy;
	policy.launchers[policy.nr_launchers++].exe =
		view->subject.request.bind.launcher;
	return allows(&policy, &view->subject.request);
}

/**
 * trial_line - would a rule be right, and allow a request?
 * @view: the policy
 * @request: the request
 * @line: the rule
 * @ignored: what lint may find wrong with its program, as bits
 *
 * The rule stands before the one that refuses the request, so that it decides
 * as it would alone, with the launchers of the policy.
 *
 * Return: whether it would.
 */
bool trial_line(const struct view *view, const struct request *request,
		const char *line, u32 ignored)
{
	struct config cfg = { 0 };
	bool good = false;

	config_add_text(&cfg, "suggestion", line);
	if (!cfg.errors) {
		config_build(&cfg);
		if (view->has_policy) {
			memcpy(cfg.policy->launchers,
			       view->source.policy->launchers,
			       sizeof(cfg.policy->launchers));
			cfg.policy->nr_launchers =
				view->source.policy->nr_launchers;
		}
		good = allows(cfg.policy, request) &&
		       lint_accepts(&cfg, ignored);
	}
	config_free(&cfg);
	return good;
}
