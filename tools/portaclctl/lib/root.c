// SPDX-License-Identifier: GPL-2.0-only
#include <nss.h>
#include <unistd.h>

#include "lib/root.h"
#include "lib/util.h"

const char *root_option;

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
	root_dir = "";
	if (chroot(root_option) || chdir("/"))
		die_errno("--root %s", root_option);
}
