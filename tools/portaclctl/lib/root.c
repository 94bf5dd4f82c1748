// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <nss.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/root.h"
#include "lib/util.h"

const char *root_option;

/* Where enter_root() came from. */
static int host = -1;
static const char *host_dir;

/**
 * enter_root - make the directory that --root names the root directory
 *
 * From here on all paths and links, the users, the groups and the services are
 * those of the directory.  Names come from its files alone: any other source of
 * names is a library of the directory, which would run here as root.
 */
void enter_root(void)
{
	static const char *const databases[] = { "passwd", "group",
						 "services" };
	u32 i;

	if (!root_option)
		return;
	for (i = 0; i < ARRAY_SIZE(databases); i++)
		if (__nss_configure_lookup(databases[i], "files"))
			die_errno("%s: files", databases[i]);
	host_dir = root_dir;
	root_dir = "";
	host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (host < 0 || chroot(root_option) || chdir("/"))
		die_errno("--root %s", root_option);
}

/* Return to the root directory of this system, to ask its kernel. */
void leave_root(void)
{
	if (!root_option)
		return;
	if (fchdir(host) || chroot("."))
		die_errno("cannot leave %s", root_option);
	root_option = NULL;
	root_dir = host_dir;
}

/**
 * read_kernel_file - read a file of /proc or /sys
 * @path: the file
 *
 * The kernel that runs is not that of the system below --root, even if /proc is
 * mounted there.
 *
 * Return: its text, for free(), or NULL; errno says why.
 */
char *read_kernel_file(const char *path)
{
	autofree char *full = in_root(path);

	if (!root_option)
		return read_file(full, NULL);
	errno = ENOENT;
	return NULL;
}
