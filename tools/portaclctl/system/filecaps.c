// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <ftw.h>
#include <linux/capability.h>
#include <sys/xattr.h>

#include "system/filecaps.h"

#define BIND_SERVICE BIT(CAP_NET_BIND_SERVICE)

/* True if the file has any capability. */
bool filecap_read(const char *path, struct filecap *cap)
{
	struct vfs_ns_cap_data data = { 0 };
	ssize_t size = getxattr(path, "security.capability", &data,
				sizeof(data));
	u32 low, high;

	*cap = (struct filecap) { 0 };
	if (size < (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	low = le32toh(data.data[0].permitted);
	high = size >= (ssize_t)XATTR_CAPS_SZ_2 ?
	       le32toh(data.data[1].permitted) : 0;
	cap->permitted = low & BIND_SERVICE;
	cap->effective = le32toh(data.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE;
	cap->others = (low & ~BIND_SERVICE) || high;
	cap->root_uid = le32toh(data.rootid);
	return true;
}

static filecap_found_t *found;
static void *found_priv;

static bool is_virtual(const char *path)
{
	static const char *const dirs[] = { "/proc", "/sys", "/dev", "/run" };
	size_t len = strlen(root_dir);
	u32 i;

	if (strncmp(path, root_dir, len))
		return false;
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		if (!strcmp(path + len, dirs[i]))
			return true;
	return false;
}

static int visit(const char *path, const struct stat *st, int type,
		 struct FTW *ftw)
{
	struct filecap cap;

	(void)ftw;
	if (type == FTW_D && is_virtual(path))
		return FTW_SKIP_SUBTREE;
	if (type == FTW_F && (st->st_mode & 0111) && filecap_read(path, &cap) &&
	    cap.permitted)
		found(path, st, &cap, found_priv);
	return FTW_CONTINUE;
}

/**
 * filecaps_search - find the programs that have CAP_NET_BIND_SERVICE
 * @dir: where to look, also below; canonical
 * @report: called for each of them
 * @priv: handed to it
 *
 * Return: whether the directory could be read.
 */
bool filecaps_search(const char *dir, filecap_found_t *report, void *priv)
{
	found = report;
	found_priv = priv;
	return !nftw(dir, visit, 32, FTW_PHYS | FTW_ACTIONRETVAL);
}
