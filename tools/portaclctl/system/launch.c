// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel notes what ran before the exec of a program, and does not tell.
 * The unit of a service does: systemd executes what ExecStart= says.
 */
#include <unistd.h>

#include "lib/cleanup.h"
#include "policy/exe.h"
#include "policy/links.h"
#include "policy/names.h"
#include "system/launch.h"
#include "system/unitparse.h"
#include "system/units.h"

/* The program of systemd that executes the services; for free(). */
char *launch_image(void)
{
	static const char *const paths[] = {
		"/usr/lib/systemd/systemd-executor",
		"/lib/systemd/systemd-executor",
		"/usr/lib/systemd/systemd", "/lib/systemd/systemd",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		autofree char *path = in_root(paths[i]);

		if (!access(path, F_OK))
			return xstrdup(paths[i]);
	}
	return xstrdup(paths[0]);
}

/* The unit of a service `a@b.service` may be `a@.service`. */
static bool is_unit(const struct unit *unit, const char *name, size_t len)
{
	const char *at = strchr(unit->name, '@');
	size_t start = at ? at + 1 - unit->name : 0;

	if (strlen(unit->name) == len && !strncmp(unit->name, name, len))
		return true;
	return start && start < len && !strncmp(unit->name, name, start) &&
	       !strcmp(at + 1, ".service");
}

/* The unit whose service a process is part of, or NULL. */
const struct unit *launch_unit(const struct process *process)
{
	const char *name = process->cgroup ? process->cgroup : "";
	const char *end, *slash;
	const struct unit *units;
	u32 i, nr;

	/* The first one is a user manager's own service. */
	end = strstr(name, ".service");
	if (!end)
		return NULL;
	end += strlen(".service");
	while ((slash = memchr(name, '/', end - name)))
		name = slash + 1;
	units = units_read(&nr);
	for (i = 0; i < nr; i++)
		if (is_unit(&units[i], name, end - name))
			return &units[i];
	return NULL;
}

/* Does the unit start this program itself, not by something in between? */
static bool starts(const struct unit *unit, const char *exe)
{
	struct program program;
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < unit->programs.len; i++) {
		if (!realpath(unit->programs.items[i], path))
			continue;
		program_look(&program, path, true);
		if (!strcmp(path, exe) ||
		    ((program.faults & BIT(PROGRAM_SCRIPT)) &&
		     realpath(program.interpreter, path) && !strcmp(path, exe)))
			return true;
	}
	return false;
}

static const char *program_of(const struct unit *unit)
{
	return unit->programs.len ? unit->programs.items[0] : "nothing";
}

/**
 * launch_read - find out what executed a process
 * @process: the process, whose launcher is set
 * @notes: where is said from what this follows, or NULL
 *
 * Only if root did not execute it, for then nobody asks.
 */
void launch_read(struct process *process, struct list *notes)
{
	autofree char *note = NULL;
	const struct unit *unit;

	/* A launcher never vouches for a program in a chroot. */
	if (process->launched_by_root || process->own_root)
		return;
	unit = launch_unit(process);
	if (!unit)
		return;
	if (!starts(unit, process->exe)) {
		note = xasprintf("%s starts %s, and that program or a child of it has executed %s: the program in between is no launcher",
				 unit->name, program_of(unit), process->exe);
	} else if (process->parent != 1) {
		note = xasprintf("not the main process of %s: the program that executed it is not known, and assumed to be no launcher",
				 unit->name);
	} else {
		process->launcher = launch_image();
		note = xasprintf("executed by %s, according to %s and its parent process: with a `launcher' line for that program, the launch counts as root's",
				 process->launcher, unit->name);
	}
	if (notes)
		list_add(notes, xstrdup(note));
}

static void note_unit(const struct unit *unit, const struct process *process,
		      struct list *notes)
{
	autofree char *cgroup = unit_cgroup(unit), *image = launch_image();
	autofree char *nosuid = unit_nosuid(unit, process->exe);
	const char *taint = unit->private_users ? " taint=namespace" :
			    nosuid ? " taint=nosuid" :
			    unit_nnp(unit) ? " taint=nnp" : "";

	if (cgroup)
		list_add(notes, xasprintf("%s starts it: to ask about the service, add cgroup=%s launcher=%s%s",
					  unit->name, cgroup, image, taint));
}

/* A program that does not run: who would start it as this user? */
void launch_note_units(const struct process *process, struct list *notes)
{
	const char *name = name_of(PORTACL_USER, process->uid);
	const struct unit *units;
	u32 i, nr;

	units = name && process->uid ? units_read(&nr) : NULL;
	for (i = 0; units && i < nr; i++) {
		autofree char *user = unit_user(&units[i]);

		if (!strchr(units[i].name, '@') && !unit_has_own_root(&units[i]) &&
		    !strcmp(user, name) && starts(&units[i],
						      process->exe))
			note_unit(&units[i], process, notes);
	}
}

static bool is_image_declared(const struct portacl_policy *policy)
{
	autofree char *image = launch_image();

	return portacl_policy_launcher(policy, portacl_hash_path(image,
								 strlen(image)));
}

/* Is there a `launcher` line for a program other than systemd's? */
bool launch_is_foreign(const struct portacl_policy *policy)
{
	return policy->nr_launchers > is_image_declared(policy);
}

/**
 * launch_is_declared - does a declared launcher start a program?
 * @policy: the policy
 * @path: the program
 *
 * Return: whether a unit of systemd's starts it, and a `launcher` line names
 * what of systemd's executes the services.
 */
bool launch_is_declared(const struct portacl_policy *policy, const char *path)
{
	const struct unit *units;
	u32 i, nr;

	if (!is_image_declared(policy))
		return false;
	units = units_read(&nr);
	for (i = 0; i < nr; i++)
		if (!unit_has_own_root(&units[i]) && starts(&units[i], path))
			return true;
	return false;
}
