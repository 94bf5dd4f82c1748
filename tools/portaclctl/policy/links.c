// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel knows a program by the path without symbolic links, people by the
 * one with them: /usr/sbin is a link here and a directory there.  A link is
 * followed when the policy is read, if nobody but root could have made it.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "print.h"
#include "policy/links.h"

#define MAX_LINKS 40

/**
 * struct walk - a path that is followed
 * @done: what was followed, "" is the root directory
 * @left: what was not
 * @links: number of links met
 * @unsafe: users other than root can change where it leads
 */
struct walk {
	char done[PATH_MAX];
	char left[2 * PATH_MAX];
	u32 links;
	bool unsafe;
};

static bool is_roots(const struct stat *st)
{
	return !st->st_uid && !(st->st_mode & 022);
}

/* The link itself is in walk.done; what it says comes next. */
static bool take_link(struct walk *walk, const struct stat *st)
{
	char text[PATH_MAX], *rest;
	bool fits;
	ssize_t len = readlink(walk->done, text, sizeof(text) - 1);

	if (len <= 0 || ++walk->links > MAX_LINKS)
		return false;
	text[len] = '\0';
	walk->unsafe |= st->st_uid;
	rest = xasprintf("%s/%s", text, walk->left);
	fits = strlen(rest) < sizeof(walk->left);
	if (fits)
		strcpy(walk->left, rest);
	free(rest);
	if (!fits)
		return false;
	*strrchr(walk->done, '/') = '\0';
	if (*text == '/')
		*walk->done = '\0';
	return true;
}

/* One component more. */
static bool take_name(struct walk *walk, const char *name, size_t len)
{
	size_t used = strlen(walk->done);
	char *slash = strrchr(walk->done, '/');
	struct stat st;

	if (!len || (len == 1 && *name == '.'))
		return true;
	if (len == 2 && !strncmp(name, "..", 2)) {
		if (slash)
			*slash = '\0';
		return true;
	}
	if (stat(used ? walk->done : "/", &st) ||
	    used + len + 2 > sizeof(walk->done))
		return false;
	walk->unsafe |= !is_roots(&st);
	snprintf(walk->done + used, sizeof(walk->done) - used, "/%.*s",
		 (int)len, name);
	if (lstat(walk->done, &st))
		return false;
	return !S_ISLNK(st.st_mode) || take_link(walk, &st);
}

/**
 * link_follow - find out where a path leads
 * @path: an absolute path
 * @target: where it leads, PATH_MAX bytes; not for LINK_NONE
 *
 * Return: whether there are links on the way, and whose they are.
 */
enum link_kind link_follow(const char *path, char *target)
{
	struct walk walk = { 0 };
	char name[PATH_MAX], *rest;
	size_t len;

	if (strlen(path) >= sizeof(walk.left))
		return LINK_NONE;
	strcpy(walk.left, path);
	while (*walk.left) {
		len = strcspn(walk.left, "/");
		if (len >= sizeof(name))
			return LINK_NONE;
		memcpy(name, walk.left, len);
		rest = walk.left + len + (walk.left[len] == '/');
		memmove(walk.left, rest, strlen(rest) + 1);
		if (!take_name(&walk, name, len))
			return LINK_NONE;
	}
	if (!walk.links)
		return LINK_NONE;
	snprintf(target, PATH_MAX, "%s", walk.done);
	return walk.unsafe ? LINK_UNSAFE : LINK_SAFE;
}

/* A path as a policy writes it; for free(). */
char *path_escape(const char *path)
{
	char text[4 * PATH_MAX + 1];
	struct seq_buf s;

	seq_buf_init(&s, text, sizeof(text));
	portacl_print_path(&s, path);
	seq_buf_putc(&s, '\0');
	if (seq_buf_has_overflowed(&s))
		die("%s: the path is too long", path);
	return xstrdup(text);
}
