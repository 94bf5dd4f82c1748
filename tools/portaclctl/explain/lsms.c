// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other security modules, as far as they can be looked at.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain/denials.h"
#include "explain/view.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "system/bpf.h"

/* The label that a security module gives a process, or NULL. */
static char *read_label(pid_t pid, const char *module)
{
	autofree char *name = xasprintf("attr/%s/current", module);
	char *label = pid ? process_file(pid, name) : NULL;

	if (label)
		label[strcspn(label, "\n")] = '\0';
	return label;
}

static bool has_apparmor_profile(const char *exe)
{
	autofree char *profiles = read_file(
		"/sys/kernel/security/apparmor/profiles", NULL);
	autofree char *entry = xasprintf("%s (enforce)", exe);

	return profiles && strstr(profiles, entry);
}

static char *suspect_apparmor(const struct process *process, const char *label)
{
	if (label && strstr(label, "(enforce)"))
		return xasprintf("AppArmor confines it: %s", label);
	if (!process->pid && has_apparmor_profile(process->exe))
		return xstrdup("AppArmor has a profile for it");
	return NULL;
}

static char *suspect_selinux(const struct process *process, const char *label)
{
	autofree char *enforce = read_line_file("/sys/fs/selinux/enforce");

	(void)process;
	if (!enforce || strcmp(enforce, "1"))
		return NULL;
	return xasprintf("SELinux enforces: %s", label ? label : "?");
}

static char *suspect_tomoyo(const struct process *process, const char *label)
{
	(void)process;
	(void)label;
	return access("/sys/kernel/security/tomoyo/profile", F_OK) ?
	       NULL : xstrdup("TOMOYO is loaded");
}

static char *suspect_landlock(const struct process *process, const char *label)
{
	(void)label;
	return process->pid && process->no_new_privs ?
	       xstrdup("it may have restricted itself by Landlock") : NULL;
}

/* Only a module without any program cannot refuse. */
static char *suspect_bpf(const struct process *process, const char *label)
{
	struct list names = { 0 };
	struct buf text = { 0 };
	int err = security_bpf(&names);
	size_t i;

	(void)process;
	(void)label;
	if (err)
		buf_puts(&text, "BPF programs that are security modules, if there are any: only root may ask");
	for (i = 0; !err && i < names.len; i++)
		buf_printf(&text, "%s%s", i ? ", " : "BPF ", names.items[i]);
	list_free(&names);
	return text.text;
}

static const struct {
	const char *name;
	char *(*suspect)(const struct process *process, const char *label);
} modules[] = {
	{ "apparmor", suspect_apparmor }, { "selinux", suspect_selinux },
	{ "tomoyo", suspect_tomoyo }, { "landlock", suspect_landlock },
	{ "bpf", suspect_bpf },
	/* These have no say in a bind, or are asked about elsewhere. */
	{ "capability", NULL }, { "evm", NULL },
	{ "ima", NULL }, { "integrity", NULL },
	{ "ipe", NULL }, { "loadpin", NULL },
	{ "lockdown", NULL }, { "portacl", NULL },
	{ "safesetid", NULL }, { "yama", NULL },
};

/* How a module might refuse the bind of the subject, or NULL. */
static char *suspect(const char *name, const struct process *process)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		autofree char *label = NULL;

		if (strcmp(name, modules[i].name))
			continue;
		if (!modules[i].suspect)
			return NULL;
		label = read_label(process->pid, name);
		return modules[i].suspect(process, label);
	}
	return xasprintf("%s is loaded", name);
}

static void add_suspect(struct buf *text, const char *finding)
{
	buf_printf(text, "%s%s", text->len ? "; " : "may refuse: ", finding);
}

static void add_suspects(const struct process *process, const char *names,
			 struct buf *text)
{
	autofree char *copy = xstrdup(names);
	char *rest = copy, *name;

	while ((name = strsep(&rest, ","))) {
		autofree char *finding = suspect(name, process);

		if (finding)
			add_suspect(text, finding);
	}
}

static void suspect_all(const struct process *process, struct layer *layer,
			const char *denial)
{
	autofree char *names = read_kernel_file("/sys/kernel/security/lsm");
	struct buf text = { 0 };

	if (names)
		names[strcspn(names, "\n")] = '\0';
	if (names)
		add_suspects(process, names, &text);
	if (denial) {
		add_suspect(&text, "the log has a refusal, perhaps of another process: ");
		buf_puts(&text, denial);
	}
	layer->effect = text.len ? EFFECT_MAYBE : EFFECT_NONE;
	if (text.len)
		layer->text = text.text;
	else if (names)
		layer->text = xasprintf("%s: nothing known to refuse", names);
	else
		layer->text = xstrdup("not known: securityfs is not mounted");
}

static void layer_lsm(struct view *view, struct layer *layer)
{
	struct denial denial;

	find_denial(&view->subject, &denial);
	if (denial.sure) {
		layer->effect = EFFECT_DENY;
		layer->text = xasprintf("the log has a refusal: %s",
					denial.text);
	} else {
		suspect_all(&view->subject.process, layer, denial.text);
	}
	free(denial.text);
}

void layer_security(struct view *view, struct layer *seccomp,
		    struct layer *lsm)
{
	layer_lsm(view, lsm);
	if (view->subject.process.seccomp) {
		seccomp->effect = EFFECT_MAYBE;
		seccomp->text = xstrdup("a filter is installed, which may refuse bind(2)");
	} else {
		seccomp->text = xstrdup("no filter");
	}
}
