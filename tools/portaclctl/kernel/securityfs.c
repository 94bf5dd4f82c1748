// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "kernel/backend.h"
#include "lib/cleanup.h"
#include "lib/root.h"

#define KERNEL_DIR "/sys/kernel/security/portacl"

static bool is_present(void)
{
	autofree char *path = in_root(KERNEL_DIR);

	return !root_option && !access(path, F_OK);
}

static bool is_switched_off(void)
{
	autofree char *words = read_kernel_file("/proc/cmdline");
	char *rest = words, *word;

	while ((word = strsep(&rest, " \n")))
		if (!strcmp(word, "portacl=off"))
			return true;
	return false;
}

/* Why a file of securityfs cannot be opened, as advice. */
static char *open_error(const char *name)
{
	int error = errno;

	if (error == ENOENT && !is_present()) {
		autofree char *list = in_root("/sys/kernel/security/lsm");
		autofree char *lsms = read_line_file(list);

		if (!lsms)
			return xstrdup("securityfs is not mounted: mount -t securityfs securityfs /sys/kernel/security");
		if (is_switched_off())
			return xstrdup("portacl is switched off: the kernel was booted with portacl=off");
		return xasprintf("this kernel runs without portacl (its security modules: %s); %s",
				 lsms, bpf_hint());
	}
	if ((error == EACCES || error == EPERM) && geteuid())
		return xasprintf("%s: only root may do this", name);
	return xasprintf(KERNEL_DIR "/%s: %s", name, strerror(error));
}

static int try_open(const char *name, int flags)
{
	autofree char *path = xasprintf("%s" KERNEL_DIR "/%s", root_dir, name);

	if (!root_option)
		return open(path, flags | O_CLOEXEC);
	errno = ENOENT;
	return -1;
}

static char *read_name(const char *name, char **why)
{
	int fd = try_open(name, O_RDONLY);
	char *text = fd < 0 ? NULL : read_fd(fd, NULL);

	if (!text)
		*why = open_error(name);
	if (fd >= 0)
		close(fd);
	return text;
}

static char *read_status(const char *key)
{
	autofree char *why = NULL, *status = read_name("status", &why);

	return status ? get_field(status, key) : NULL;
}

/* A write that failed, in words. */
static char *write_error(const char *name)
{
	int error = errno;
	autofree char *locked = NULL;

	if (error == EPERM && !geteuid()) {
		locked = read_status("locked");
		if (locked && !strcmp(locked, "1"))
			return xasprintf("%s: the policy is locked until the next boot",
					 name);
		return xasprintf("%s: CAP_MAC_ADMIN in the initial user namespace is needed",
				 name);
	}
	return xasprintf("%s: %s", name, strerror(error));
}

static char *write_name(const char *name, const char *text)
{
	int fd = try_open(name, O_WRONLY);
	char *why = NULL;

	if (fd < 0)
		return open_error(name);
	if (!write_all(fd, text, strlen(text)))
		why = write_error(name);
	close(fd);
	return why;
}

static char *query(const char *request, char **why)
{
	int fd = try_open("query", O_RDWR);
	char *text = NULL;

	if (fd < 0) {
		*why = open_error("query");
		return NULL;
	}
	if (write_all(fd, request, strlen(request))) {
		lseek(fd, 0, SEEK_SET);
		text = read_fd(fd, NULL);
	}
	if (!text)
		*why = write_error("query");
	close(fd);
	return text;
}

static char *load_error(void)
{
	int error = errno;
	autofree char *reason = NULL;
	char *why;

	if (error == ESTALE) {
		why = xstrdup("the policy was changed by somebody else meanwhile");
	} else if (error == EINVAL || error == E2BIG) {
		reason = read_status("error");
		why = xasprintf("the kernel refused the policy: %s",
				reason ? reason : strerror(error));
	} else {
		why = write_error("policy");
	}
	errno = error;
	return why;
}

/* One transaction. */
static char *load(const char *text, size_t len)
{
	int fd = try_open("policy", O_WRONLY), error;
	bool ok;

	if (fd < 0)
		return open_error("policy");
	ok = write_all(fd, text, len);
	error = errno;
	close(fd);
	errno = error;
	return ok ? NULL : load_error();
}

static char *unload(void)
{
	return is_present() ?
	       xstrdup("the kernel always has a policy: load an empty one") :
	       open_error("policy");
}

const struct backend securityfs_backend = {
	.name = "kernel",
	.present = is_present,
	.read = read_name,
	.write = write_name,
	.query = query,
	.load = load,
	.unload = unload,
};
