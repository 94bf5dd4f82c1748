// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files with CAP_NET_BIND_SERVICE: each gives every low port to all who may
 * run it.
 */
#include "import/common.h"
#include "import/sources.h"
#include "policy/user.h"
#include "system/filecaps.h"

/* A rule for each class of users that may run the file. */
static void print_rules(const char *path, const struct stat *st)
{
	autofree char *exe = policy_path(path);
	autofree char *group = user_word("gid", st->st_gid);
	autofree char *user = user_word("uid", st->st_uid);

	if (st->st_mode & 0001) {
		rule_again("allow any 1-1023 exe=%s", exe);
		return;
	}
	if (st->st_mode & 0010)
		rule_again("allow any 1-1023 exe=%s %s", exe, group);
	if ((st->st_mode & 0100) && st->st_uid)
		rule_again("allow any 1-1023 exe=%s %s", exe, user);
}

/* A word for a shell, in one line whatever its bytes are. */
static char *shell_word(const char *text)
{
	struct buf word = { 0 };

	buf_puts(&word, "$'");
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < ' ' || c >= 0x7f || c == '\'' || c == '\\')
			buf_printf(&word, "\\%03o", c);
		else
			buf_add(&word, text, 1);
	}
	buf_puts(&word, "'");
	return word.text;
}

static void import_file(const char *path, const struct stat *st,
			const struct filecap *cap, void *priv)
{
	autofree char *word = NULL;

	(void)priv;
	if (cap->root_uid) {
		not_translated("%s: its capability only holds in user namespaces of uid %u",
			       path, cap->root_uid);
		return;
	}
	print_rules(path, st);
	if (cap->others) {
		not_translated("%s: its other capabilities; remove cap_net_bind_service alone",
			       path);
		return;
	}
	word = is_made_of(path, "_./+-") ? xstrdup(path) : shell_word(path);
	comment("then: setcap -r %s", word);
}

/* A relative directory is below the root directory, if there is one. */
static bool search(const char *dir)
{
	autofree char *path = xasprintf("%s%s%s", root_dir, *root_dir &&
					*dir != '/' ? "/" : "", dir);
	char real[PATH_MAX];

	if (!realpath(path, real))
		die_errno("%s", path);
	return filecaps_search(real, import_file, NULL);
}

/*
 * Those in and below @dirs; none: in the whole file system.  Returns whether all
 * directories could be read.
 */
bool import_setcap(char **dirs)
{
	bool complete = true;

	comment("file capabilities: every port below 1024 for all who may run the file;");
	comment("narrow the ports, add uid=");
	if (!*dirs)
		complete = search("/");
	for (; *dirs; dirs++)
		complete = search(*dirs) && complete;
	return complete;
}
