// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice is only given if the model then allows the bind, and lint finds nothing
 * in the rule.
 */
#include "explain/advice.h"
#include "explain/remedies.h"
#include "explain/trial.h"
#include "lex.h"
#include "lib/cleanup.h"
#include "policy/address.h"
#include "policy/exe.h"
#include "policy/links.h"
#include "policy/user.h"

/* Taints that a rule had better accept. */
#define KEPT (BIT(PORTACL_TAINT_NNP) | BIT(PORTACL_TAINT_CHROOT))

/* The keys of a rule that is proposed. */
enum {
	NAME_EXE = BIT(0),
	NAME_UID = BIT(1),
	NAME_CGROUP = BIT(2),
};

static void add_bound(struct buf *line, const struct portacl_request *bind)
{
	u32 i;

	for (i = 0; i < bind->nr_bound; i++) {
		autofree char *text = cidr_text(&bind->bound[i]);

		buf_printf(line, "%s%s", i ? "," : " addr=", text);
	}
}

static void add_path(struct buf *line, const char *key, const char *path)
{
	autofree char *word = path_escape(path);

	buf_printf(line, " %s=%s", key, word);
}

/* The rule that names these things of a request, and accepts these taints. */
static char *make_line(const struct view *view, const struct request *request,
		       u32 names, u32 accept)
{
	const struct subject *subject = &view->subject;
	autofree char *taints = names_text(portacl_taints, accept);
	autofree char *user = user_word("uid", subject->process.uid);
	struct buf line = { 0 };

	buf_printf(&line, "allow %s %u", subject->proto, subject->port);
	if (request->exe && (names & NAME_EXE))
		add_path(&line, "exe", request->exe);
	if (names & NAME_UID)
		buf_printf(&line, " %s", user);
	if (names & NAME_CGROUP)
		add_path(&line, "cgroup", request->cgroup);
	add_bound(&line, &request->bind);
	if (request->bind.other_net)
		buf_puts(&line, " net=any");
	if (accept)
		buf_printf(&line, " accept=%s", taints);
	if (view->answer.rule != PORTACL_NO_RULE)
		buf_printf(&line, "  # before rule %u", view->answer.rule + 1);
	return line.text;
}

/* The rule, or NULL if it would not do. */
static char *try_line(const struct view *view, const struct request *request,
		      u32 names, u32 accept, u32 ignored)
{
	char *line = make_line(view, request, names, accept);

	if (trial_line(view, request, line, ignored))
		return line;
	free(line);
	return NULL;
}

/* Is the cgroup one of a service, which others cannot enter? */
static bool in_service(const char *cgroup)
{
	return cgroup && strstr(cgroup, ".service") &&
	       strncmp(cgroup, "/user.slice", strlen("/user.slice"));
}

/* A rule that does without the program's identity. */
static char *try_service(const struct view *view)
{
	const struct request *request = &view->subject.request;
	char *line;

	if (!in_service(request->cgroup))
		return NULL;
	line = try_line(view, request, NAME_UID | NAME_CGROUP, 0, 0);
	return line ? line : try_line(view, request, NAME_CGROUP, 0, 0);
}

static void take_line(struct advice *advice, char *line)
{
	advice->line = line;
	list_add(&advice->steps, xstrdup(line));
}

/* The allow rule that came nearest, or NULL. */
static const struct portacl_rule *nearest_rule(const struct view *view)
{
	return view->answer.nearest == PORTACL_NO_RULE ? NULL :
	       &view->source.policy->rules[view->answer.nearest];
}

/* The nearest rule names another cgroup: is that all? */
static bool try_cgroup(const struct view *view, struct advice *advice)
{
	const struct portacl_rule *rule = nearest_rule(view);
	struct request request = view->subject.request;
	autofree char *path = NULL;

	if (!rule || !rule->cgroup)
		return false;
	request.bind.cgroup = view->source.policy->strings + rule->cgroup;
	if (!trial_request(view, &request))
		return false;
	path = path_escape(request.bind.cgroup);
	list_add(&advice->steps, xasprintf(
		"start the program in the cgroup %s: there rule %u allows it",
		path, view->answer.nearest + 1));
	return true;
}

/* The nearest rule is for some addresses: is one of them enough? */
static bool try_address(const struct view *view, struct advice *advice)
{
	const struct portacl_rule *rule = nearest_rule(view);
	struct request request = view->subject.request;
	const struct portacl_cidr *addr;
	struct buf text = { 0 };

	if (!rule || !rule->nr_addrs || !request.bind.nr_bound)
		return false;
	addr = portacl_rule_addrs(view->source.policy, rule);
	if (addr->len < 128)
		return false;
	request.bind.nr_bound = 1;
	request.bind.bound[0] = *addr;
	if (!trial_request(view, &request))
		return false;
	add_bound(&text, &request.bind);
	list_add(&advice->steps, xasprintf(
		"let the program bind %s alone: rule %u allows that",
		text.text + strlen(" addr="), view->answer.nearest + 1));
	free(text.text);
	advice->other_line = try_line(view, &view->subject.request,
				      NAME_EXE | NAME_UID, 0, 0);
	advice->other_why = "or, to allow the address that it binds:";
	return true;
}

/*
 * A declared launcher removes some taints, and so does one that a line will
 * declare.  Return true if the line is all that is missing.
 */
static bool add_launcher(const struct view *view, struct advice *advice,
			 u32 *taint)
{
	const struct request *request = &view->subject.request;
	struct buf line = { 0 };
	bool known, good;

	if (!request->launcher)
		return false;
	known = view->has_policy &&
		portacl_policy_launcher(view->source.policy,
					request->bind.launcher);
	good = !known && trial_launcher(view);
	add_path(&line, "launcher", request->launcher);
	/* A statement, not a key. */
	line.text[strlen(" launcher")] = ' ';
	if (good)
		take_line(advice, xstrdup(line.text + 1));
	else if (!known && (*taint & PORTACL_LAUNCH_TAINTS))
		list_add(&advice->steps, xstrdup(line.text + 1));
	free(line.text);
	*taint &= ~PORTACL_LAUNCH_TAINTS;
	return good;
}

/* The findings of lint that the steps remove. */
static u32 removed_faults(u32 taint)
{
	return (taint & BIT(PORTACL_TAINT_WRITABLE) ?
		BIT(PROGRAM_WRITABLE) : 0) |
	       (taint & BIT(PORTACL_TAINT_NOSUID) ? BIT(PROGRAM_NOSUID) : 0);
}

/* Advise a rule that names the program, after the remedies. */
static bool advise_program(const struct view *view, struct advice *advice,
			   u32 taint)
{
	struct request sound = view->subject.request, moved = { 0 };
	autofree char *line = NULL, *place = NULL;

	sound.bind.taint = taint & KEPT;
	remedies_add(&advice->steps, &view->subject, taint, &place);
	moved = sound;
	if (place) {
		moved.exe = place;
		moved.bind.exe = portacl_hash_path(place, strlen(place));
	}
	if (!trial_request(view, &moved)) {
		line = try_line(view, &sound, NAME_EXE | NAME_UID,
				taint & KEPT, removed_faults(taint));
		if (!line)
			return false;
		take_line(advice, make_line(view, &moved, NAME_EXE | NAME_UID,
					    taint & KEPT));
	}
	if (taint & BIT(PORTACL_TAINT_ENV))
		list_add(&advice->steps, xstrdup(advice->line ?
			"then restart it" :
			"restart the program: it was started before the rule was loaded"));
	return true;
}

/* A rule that helps without the steps. */
static void add_other_line(const struct view *view, struct advice *advice,
			   u32 taint)
{
	const u32 kept = KEPT | BIT(PORTACL_TAINT_WRITABLE);
	struct request request = view->subject.request;

	taint &= ~BIT(PORTACL_TAINT_ENV);
	if (!(taint & ~KEPT))
		return;
	advice->other_line = try_service(view);
	advice->other_why = "or, for everything that the service starts:";
	if (advice->other_line || (taint & ~kept))
		return;
	request.bind.taint = taint;
	advice->other_line = try_line(view, &request, NAME_EXE | NAME_UID,
				      taint, 0);
	advice->other_why = "or, if users other than root have to write the program:";
}

/* Without the program, if a rule for it would not do. */
static void advise_user(const struct view *view, struct advice *advice)
{
	char *line = try_service(view);

	advice_free(advice);
	if (line) {
		advice->caution = "everything that the service starts gets the port";
	} else if (view->subject.process.uid) {
		line = try_line(view, &view->subject.request, NAME_UID, 0, 0);
		advice->caution = "every program of the user gets the port; a service of its own and cgroup= would limit that";
	}
	if (line)
		take_line(advice, line);
	else
		advice->caution = NULL;
}

/* The path of the program is not known; a rule cannot name it. */
static void advise_unknown(const struct view *view, struct advice *advice,
			   u32 taint)
{
	char *moved;

	remedies_add(&advice->steps, &view->subject,
		     taint & ~BIT(PORTACL_TAINT_WRITABLE), &moved);
	if (!advice->steps.len)
		advise_user(view, advice);
}

/**
 * advise - find out what would make a refused bind succeed
 * @view: the bind and which layer refuses it
 * @advice: where the advice is stored, for advice_free()
 */
void advise(const struct view *view, struct advice *advice)
{
	u32 taint = view->subject.request.bind.taint;

	*advice = (struct advice) { 0 };
	if (!is_refused(view) || view->foreign_net ||
	    view->decider < LAYER_PORTACL)
		return;
	if (view->detached) {
		list_add(&advice->steps,
			 xstrdup("portaclctl unload && portaclctl load"));
		return;
	}
	if (try_cgroup(view, advice) || try_address(view, advice) ||
	    add_launcher(view, advice, &taint))
		return;
	if (!view->subject.request.exe)
		advise_unknown(view, advice, taint);
	else if (advise_program(view, advice, taint))
		add_other_line(view, advice, taint);
	else
		advise_user(view, advice);
}

void advice_free(struct advice *advice)
{
	list_free(&advice->steps);
	free(advice->line);
	free(advice->other_line);
	*advice = (struct advice) { 0 };
}
