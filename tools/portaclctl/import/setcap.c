// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files with CAP_NET_BIND_SERVICE: each gives every low port to all who may
 * run it.
 */
#include "import/import.h"
#include "system/filecaps.h"

/* Who may run the file, as the keys of a rule; more than one: several rules. */
static void print_rules(const char *path, const struct stat *st)
{
	char *exe = policy_path(path), *word;

	if (st->st_mode & 0001) {
		rule_again("allow any 1-1023 exe=%s", exe);
		free(exe);
		return;
	}
	if (st->st_mode & 0010) {
		word = user_word("gid", st->st_gid);
		rule_again("allow any 1-1023 exe=%s %s", exe, word);
		free(word);
	}
	if ((st->st_mode & 0100) && st->st_uid) {
		word = user_word("uid", st->st_uid);
		rule_again("allow any 1-1023 exe=%s %s", exe, word);
		free(word);
	}
	free(exe);
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
	char *word;

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
	free(word);
}

/* A relative directory is below the root directory, if there is one. */
static void search(const char *dir)
{
	char *path = *root_dir ? xasprintf("%s/%s", root_dir, dir) :
				 xstrdup(dir);
	char real[PATH_MAX];

	if (!realpath(path, real))
		die_errno("%s", path);
	if (!filecaps_search(real, import_file, NULL))
		warn("%s: not all of it could be searched: %s", path,
		     strerror(errno));
	free(path);
}

/* Those in and below @dirs; none: in the whole file system. */
void import_setcap(char **dirs)
{
	comment("file capabilities: every port below 1024 for all who may run the file;");
	comment("narrow the ports, add uid=");
	if (!*dirs)
		search("/");
	for (; *dirs; dirs++)
		search(*dirs);
}
