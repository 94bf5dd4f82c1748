// SPDX-License-Identifier: GPL-2.0-only
/*
 * A rule is only suggested after the matcher has granted the bind with it.
 */
#include "explain/advice.h"
#include "lex.h"
#include "policy/links.h"
#include "policy/names.h"

/* What a rule should rather accept than have mended. */
#define KEPT (BIT(PORTACL_TAINT_NNP) | BIT(PORTACL_TAINT_CHROOT))

/* What no rule can accept, and what mends it. */
static const char *const remedies[PORTACL_NR_TAINTS] = {
	[PORTACL_TAINT_IDMAPPED] =
		"put the program on a mount without id mapping",
	[PORTACL_TAINT_DELETED] =
		"restart the program from an existing file",
	[PORTACL_TAINT_SHARED] =
		"the program must not share its directories (CLONE_FS) when it is executed",
	[PORTACL_TAINT_TRACED] = "nobody but root may trace the program",
	[PORTACL_TAINT_NAMESPACE] =
		"start the program outside user namespaces, from a mount of the host",
	[PORTACL_TAINT_NOSUID] =
		"start the program from a mount that is not nosuid, as systemd makes those of ProtectSystem= beside NoNewPrivileges=, and of DynamicUser=",
	[PORTACL_TAINT_NOPATH] = "the program needs a path",
};

/* The policy with a line more, where the line would have to stand. */
static void add_policy(const struct view *view, const char *line,
		       struct buf *text)
{
	const struct portacl_policy *policy = view->source.policy;
	u32 nr = view->has_policy ? policy->nr_rules : 0, i;
	u32 at = view->answer.rule ? view->answer.rule - 1 : nr;
	struct list launchers = { 0 };
	size_t n;

	if (view->has_policy) {
		buf_printf(text, "default %s\n",
			   portacl_actions[policy->fallback]);
		policy_launchers(policy, &launchers);
	}
	for (n = 0; n < launchers.len; n++)
		buf_printf(text, "launcher %s\n", launchers.items[n]);
	list_free(&launchers);
	for (i = 0; i <= nr; i++) {
		char *rule = i < nr ? rule_text(policy, i) : xstrdup("");

		buf_printf(text, "%s%s%s\n", i == at ? line : "",
			   i == at ? "\n" : "", rule);
		free(rule);
	}
}

/*
 * Does the policy, with a line more or as it is, grant the request with these
 * taints?
 */
static bool grants(const struct view *view, u32 taint, const char *line)
{
	struct request request = view->subject.request;
	struct policy_source source = { 0 };
	struct answer answer = { 0 };
	struct buf text = { 0 };
	bool good = false;

	request.bind.taint = taint;
	if (!line) {
		if (view->has_policy)
			ask(&view->source, &request, &answer);
		good = answer.action == PORTACL_ALLOW;
		answer_free(&answer);
		return good;
	}
	add_policy(view, line, &text);
	config_add_text(&source.cfg, "suggestion", text.text);
	if (!source.cfg.errors) {
		config_build(&source.cfg);
		source.policy = source.cfg.policy;
		ask(&source, &request, &answer);
		good = answer.action == PORTACL_ALLOW;
		answer_free(&answer);
	}
	config_free(&source.cfg);
	free(text.text);
	return good;
}

/* A user's name, unless a policy would take it for something else. */
static void add_user(struct buf *line, u32 uid)
{
	const char *name = name_of(NAME_USER, uid);

	if (name && !name[strcspn(name, ", \t#=")] &&
	    name[strspn(name, "0123456789-")])
		buf_printf(line, " uid=%s", name);
	else
		buf_printf(line, " uid=%u", uid);
}

/* The rule that accepts these weaknesses and no more. */
static char *make_line(const struct view *view, u32 accept)
{
	const struct subject *subject = &view->subject;
	char *exe = subject->request.exe ? path_escape(subject->request.exe) :
					   NULL;
	struct buf line = { 0 };
	char names[64];
	struct seq_buf s;

	buf_printf(&line, "allow %s %u", subject->proto, subject->port);
	if (exe)
		buf_printf(&line, " exe=%s", exe);
	add_user(&line, subject->process.uid);
	if (subject->request.bind.other_net)
		buf_puts(&line, " net=any");
	if (accept) {
		seq_buf_init(&s, names, sizeof(names));
		portacl_print_names(&s, portacl_taints, accept);
		buf_printf(&line, " accept=%.*s", (int)s.len, names);
	}
	if (view->answer.rule)
		buf_printf(&line, "  # before rule %u", view->answer.rule);
	free(exe);
	return line.text;
}

static char *close_to_others(const struct process *process)
{
	char *path = process_writable(process), *text;

	if (!path)
		path = xstrdup(process->exe);
	/* Only what a shell takes as it stands is shown as a command. */
	if (strspn(path, "/._+-0123456789abcdefghijklmnopqrstuvwxyz"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(path))
		text = xasprintf("chown root %s && chmod go-w %s", path, path);
	else
		text = xasprintf("make root the owner of %s, and let nobody else write it",
				 path);
	free(path);
	return text;
}

static void add_remedies(struct list *steps, u32 taint)
{
	u32 i;

	for (i = PORTACL_NR_ACCEPT; i < PORTACL_NR_TAINTS; i++)
		if (taint & BIT(i))
			list_add(steps, xstrdup(remedies[i]));
}

/* The line that grants what is left of the taints, if one is needed at all. */
static bool add_line(const struct view *view, struct advice *advice, u32 taint)
{
	bool good = grants(view, taint, NULL);

	if (!good) {
		advice->line = make_line(view, taint);
		good = grants(view, taint, advice->line);
		list_add(&advice->steps, xstrdup(advice->line));
	}
	return good;
}

static void add_other_line(const struct view *view, struct advice *advice,
			   u32 taint)
{
	char *line = make_line(view, taint);

	if (grants(view, taint, line))
		advice->other_line = line;
	else
		free(line);
}

/*
 * Weaknesses do not count for which what launched the program vouches, or will
 * once a line names it.  Is no more wanting than the line?
 */
static bool add_launcher(const struct view *view, struct advice *advice,
			 u32 *taint)
{
	const struct request *request = &view->subject.request;
	char *launcher = request->launcher ? path_escape(request->launcher) :
					     NULL;
	char *line = xasprintf("launcher %s", launcher ? launcher : "");
	bool known = launcher && view->has_policy &&
		     portacl_policy_launcher(view->source.policy,
					     request->bind.launcher);
	bool good = false;

	if (launcher && !known)
		good = grants(view, *taint, line);
	if (good)
		advice->line = xstrdup(line);
	if (good || (launcher && !known && (*taint & PORTACL_LAUNCH_TAINTS)))
		list_add(&advice->steps, xstrdup(line));
	if (launcher)
		*taint &= ~PORTACL_LAUNCH_TAINTS;
	free(launcher);
	free(line);
	return good;
}

/**
 * advise - find out what would make a refused bind succeed
 * @view: the bind and who refuses it
 * @advice: where the advice is stored, for advice_free()
 */
void advise(const struct view *view, struct advice *advice)
{
	const u32 writable = BIT(PORTACL_TAINT_WRITABLE);
	const u32 env = BIT(PORTACL_TAINT_ENV);
	u32 taint = view->subject.request.bind.taint;

	*advice = (struct advice) { 0 };
	if (view->layers[view->decider].effect != EFFECT_DENY ||
	    view->foreign_net || view->decider < LAYER_PORTACL)
		return;
	if (add_launcher(view, advice, &taint))
		return;
	add_remedies(&advice->steps, taint);
	if (taint & writable)
		list_add(&advice->steps,
			 close_to_others(&view->subject.process));
	if (!add_line(view, advice, taint & KEPT)) {
		advice_free(advice);
		return;
	}
	if (taint & env)
		list_add(&advice->steps, xstrdup(advice->line ?
			"then restart it" :
			"restart the program: it was started before the rule was loaded"));
	/* Whoever has to mend more anyway may mend this as well. */
	if ((taint & (KEPT | writable)) == (taint & ~env) && (taint & writable))
		add_other_line(view, advice, taint & (KEPT | writable));
}

void advice_free(struct advice *advice)
{
	list_free(&advice->steps);
	free(advice->line);
	free(advice->other_line);
	*advice = (struct advice) { 0 };
}
