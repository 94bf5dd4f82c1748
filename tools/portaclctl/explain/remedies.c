// SPDX-License-Identifier: GPL-2.0-only
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain/remedies.h"
#include "lib/cleanup.h"

/* Remedies for the taints that no rule can accept. */
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

static bool is_home(const char *path)
{
	struct passwd *user;
	bool found = false;

	setpwent();
	while (!found && (user = getpwent()))
		found = user->pw_uid && strcmp(user->pw_dir, "/") &&
			!strcmp(user->pw_dir, path);
	endpwent();
	return found;
}

/* May others rely on their right to write the directory? */
static bool is_shared(const char *path, const struct stat *st)
{
	return S_ISDIR(st->st_mode) &&
	       ((st->st_mode & (S_ISVTX | S_ISGID | 0002)) ||
		!strcmp(path, "/") || !strncmp(path, "/home/", 6) ||
		!strncmp(path, "/run/", 5) || is_home(path));
}

/* Only what a shell takes as it stands is shown as a command. */
static bool is_plain(const char *path)
{
	return strspn(path, "/._+-0123456789abcdefghijklmnopqrstuvwxyz"
		      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(path);
}

static void add_close(struct list *steps, const char *path)
{
	list_add(steps, is_plain(path) ?
		 xasprintf("chown root %s && chmod go-w %s", path, path) :
		 xasprintf("make root the owner of %s, and let nobody else write it",
			   path));
}

/**
 * writable_parts - find the parts of a path that users other than root can write
 * @exe: the path
 * @parts: where the path and the directories above it are added, if they can
 * @shared: set if one of them is a directory that others share
 */
static void writable_parts(const char *exe, struct list *parts, bool *shared)
{
	autofree char *path = xstrdup(exe);
	struct stat st;
	char *slash;

	do {
		const char *name = *path ? path : "/";

		if (!stat(name, &st) && (st.st_uid || (st.st_mode & 022))) {
			*shared |= is_shared(name, &st);
			list_add(parts, xstrdup(name));
		}
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
}

/* Returns false if that would harm what others share. */
static bool close_path(struct list *steps, const struct process *process)
{
	struct list parts = { 0 };
	bool shared = false;
	size_t i;

	writable_parts(process->exe, &parts, &shared);
	/* It is elsewhere in the process's own mounts, or was only supposed. */
	if (!parts.len) {
		char *path = process_writable(process);

		list_add(&parts, path ? path : xstrdup(process->exe));
	}
	for (i = parts.len; !shared && i--; )
		add_close(steps, parts.items[i]);
	list_free(&parts);
	return !shared;
}

/* A path for the program where only root can write, or NULL. */
static char *find_place(const char *exe)
{
	static const char *const dirs[] = {
		"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		char *path = xasprintf("%s%s", dirs[i], strrchr(exe, '/'));
		struct list parts = { 0 };
		char real[PATH_MAX];
		bool good, shared = false;

		writable_parts(dirs[i], &parts, &shared);
		good = !parts.len && realpath(dirs[i], real) &&
		       !strcmp(real, dirs[i]) && access(path, F_OK);
		list_free(&parts);
		if (good)
			return path;
		free(path);
	}
	return NULL;
}

static void add_move(struct list *steps, const char *exe, char **moved)
{
	*moved = find_place(exe);
	if (*moved && is_plain(exe) && is_plain(*moved))
		list_add(steps, xasprintf("install -o root -m 755 %s %s && start it from there",
					  exe, *moved));
	else
		list_add(steps, xasprintf("move the program to a directory that only root can write%s%s",
					  *moved ? ", as " : "",
					  *moved ? *moved : ""));
}

/**
 * remedies_add - say all that is in the way of a program
 * @steps: where it is added
 * @subject: the program
 * @taint: its weaknesses
 * @moved: where the path is stored to which it has to be moved, if it has to
 */
void remedies_add(struct list *steps, const struct subject *subject, u32 taint,
		  char **moved)
{
	const char *exe = subject->process.exe;
	u32 i;

	for (i = PORTACL_NR_ACCEPT; i < PORTACL_NR_TAINTS; i++)
		if (taint & BIT(i))
			list_add(steps, xstrdup(remedies[i]));
	if ((taint & BIT(PORTACL_TAINT_WRITABLE)) &&
	    !close_path(steps, &subject->process))
		add_move(steps, exe, moved);
}
