// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <linux/capability.h>
#include <mntent.h>
#include <sys/xattr.h>

#include "lib/cleanup.h"
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

/**
 * struct search - a search for programs
 * @report: called for each program that is found
 * @priv: handed to it
 * @skipped: mount points that are left out, sorted
 * @todo: directories that have not been looked at yet
 * @files: number of files looked at
 * @incomplete: a directory could not be read
 * @progress: standard error is a terminal
 */
struct search {
	filecap_found_t *report;
	void *priv;
	struct list skipped;
	struct list todo;
	u32 files;
	bool incomplete;
	bool progress;
};

static bool is_listed(const char *type, const char *const *types, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}

/* On another machine, which may not answer; mounted when it is looked at. */
static bool is_remote(const char *type)
{
	static const char *const types[] = {
		"afs", "autofs", "ceph", "cifs", "gfs2", "lustre", "nfs",
		"nfs4", "ocfs2", "smb3",
	};

	return is_listed(type, types, ARRAY_SIZE(types)) ||
	       !strncmp(type, "fuse.", 5);
}

/* No program is kept there. */
static bool is_virtual(const char *type)
{
	static const char *const types[] = {
		"binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs",
		"debugfs", "devpts", "devtmpfs", "efivarfs", "mqueue", "proc",
		"pstore", "securityfs", "sysfs", "tracefs",
	};

	return is_listed(type, types, ARRAY_SIZE(types));
}

/*
 * Note where a file system is mounted that is left out.  It must not even be
 * looked at: the server of a remote one may be gone.
 */
static void read_mounts(struct search *search, const char *dir)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	const struct mntent *mount;

	while (mounts && (mount = getmntent(mounts)))
		/* No capability of a file counts where nosuid is set. */
		if (is_remote(mount->mnt_type) ||
		    (strcmp(mount->mnt_dir, dir) &&
		     (is_virtual(mount->mnt_type) ||
		      hasmntopt(mount, "nosuid"))))
			list_add(&search->skipped, xstrdup(mount->mnt_dir));
	if (mounts)
		endmntent(mounts);
	list_sort(&search->skipped);
}

static void add_directory(struct search *search, char *path)
{
	if (list_has(&search->skipped, path))
		free(path);
	else
		list_add(&search->todo, path);
}

/* Most files have no capability, and are not looked at any further. */
static void look_at_file(struct search *search, const char *path)
{
	struct filecap cap;
	struct stat st;

	if (filecap_read(path, &cap) && cap.permitted && !lstat(path, &st) &&
	    S_ISREG(st.st_mode) && (st.st_mode & 0111))
		search->report(path, &st, &cap, search->priv);
	if (!(++search->files % 4096) && search->progress)
		dprintf(STDERR_FILENO, "\rlooking for programs with capabilities: %u files",
			search->files);
}

static void clear_progress(const struct search *search)
{
	if (search->progress && search->files >= 4096)
		dprintf(STDERR_FILENO, "\r\033[K");
}

/* Not all file systems say of what type an entry is. */
static u8 type_of(const struct dirent *entry, const char *path)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	return lstat(path, &st) ? DT_UNKNOWN : IFTODT(st.st_mode);
}

static void look_into(struct search *search, const char *dir)
{
	autoclosedir DIR *stream = opendir(dir);
	const struct dirent *entry;

	if (!stream && errno != ENOENT) {
		clear_progress(search);
		warn("%s: not searched: %s", dir, strerror(errno));
		search->incomplete = true;
	}
	while (stream && (entry = readdir(stream))) {
		char *path;
		u8 type;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		path = xasprintf("%s/%s", strcmp(dir, "/") ? dir : "",
				 entry->d_name);
		type = type_of(entry, path);
		if (type == DT_REG)
			look_at_file(search, path);
		if (type == DT_DIR)
			add_directory(search, path);
		else
			free(path);
	}
}

/* The line is erased in the end, which a dumb terminal cannot do. */
static bool can_show_progress(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
}

/**
 * filecaps_search - find the programs that have CAP_NET_BIND_SERVICE
 * @dir: where to look, also below; canonical
 * @report: called for each of them
 * @priv: handed to it
 *
 * File systems of other machines, and those mounted with nosuid below @dir, are
 * left out.
 *
 * Return: whether all directories could be read.
 */
bool filecaps_search(const char *dir, filecap_found_t *report, void *priv)
{
	struct search search = {
		.report = report,
		.priv = priv,
		.progress = can_show_progress(),
	};

	read_mounts(&search, dir);
	add_directory(&search, xstrdup(dir));
	while (search.todo.len) {
		autofree char *next = search.todo.items[--search.todo.len];

		look_into(&search, next);
	}
	clear_progress(&search);
	list_free(&search.todo);
	list_free(&search.skipped);
	return !search.incomplete;
}
