// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "lib/root.h"

#define KERNEL_DIR "/sys/kernel/security/portacl"

bool kernel_present(void)
{
	autofree char *path = in_root(KERNEL_DIR);

	return !root_option && !access(path, F_OK);
}

/* Why a file of securityfs cannot be opened, as advice. */
static char *open_error(const char *name)
{
	int error = errno;

	if (error == ENOENT && !kernel_present()) {
		autofree char *lsms = read_line_file("/sys/kernel/security/lsm");

		if (!lsms)
			return xstrdup("securityfs is not mounted: mount -t securityfs securityfs /sys/kernel/security");
		return xasprintf("this kernel runs without portacl (its security modules: %s)",
				 lsms);
	}
	if ((error == EACCES || error == EPERM) && geteuid())
		return xasprintf("%s: only root may do this", name);
	return xasprintf(KERNEL_DIR "/%s: %s", name, strerror(error));
}

static void NORETURN die_open(const char *name)
{
	die("%s", open_error(name));
}

static int try_open(const char *name, int flags)
{
	autofree char *path = xasprintf("%s" KERNEL_DIR "/%s", root_dir, name);

	if (!root_option)
		return open(path, flags | O_CLOEXEC);
	errno = ENOENT;
	return -1;
}

static int open_file(const char *name, int flags)
{
	int fd = try_open(name, flags);

	if (fd < 0)
		die_open(name);
	return fd;
}

/* Return the text of a file, or NULL if it cannot be read. */
char *kernel_try_read(const char *name)
{
	autoclose int fd = try_open(name, O_RDONLY);

	return fd < 0 ? NULL : read_fd(fd, NULL);
}

char *kernel_read(const char *name)
{
	autoclose int fd = open_file(name, O_RDONLY);
	char *text = read_fd(fd, NULL);

	if (!text)
		die_open(name);
	return text;
}

/* A write that failed, in words. */
static char *write_error(const char *name)
{
	int error = errno;

	if (error == EPERM && !geteuid()) {
		autofree char *locked = kernel_status("locked");

		if (locked && !strcmp(locked, "1"))
			return xasprintf("%s: the policy is locked until the next boot",
					 name);
		return xasprintf("%s: CAP_MAC_ADMIN in the initial user namespace is needed",
				 name);
	}
	return xasprintf("%s: %s", name, strerror(error));
}

void kernel_write(const char *name, const char *text)
{
	int fd = open_file(name, O_WRONLY);

	if (!write_all(fd, text, strlen(text)))
		die("%s", write_error(name));
	close(fd);
}

char *kernel_status(const char *key)
{
	autofree char *status = kernel_read("status");

	return get_field(status, key);
}

/* The answer to a request, without its newline. */
char *kernel_query(const char *request)
{
	int fd = open_file("query", O_RDWR);
	char *text;

	if (!write_all(fd, request, strlen(request)))
		die("%s", write_error("query"));
	lseek(fd, 0, SEEK_SET);
	text = read_fd(fd, NULL);
	if (!text)
		die_errno("query");
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/*
 * One transaction.  False: nothing changed, @why says why, and so does errno if
 * it is ESTALE.
 */
bool kernel_load(const char *text, size_t len, char **why)
{
	int fd = try_open("policy", O_WRONLY), error;
	bool ok;

	*why = NULL;
	if (fd < 0) {
		*why = open_error("policy");
		return false;
	}
	ok = write_all(fd, text, len);
	error = errno;
	close(fd);
	if (ok)
		return true;
	errno = error;
	if (error == ESTALE) {
		*why = xstrdup("the policy was changed by somebody else meanwhile");
	} else if (error == EINVAL || error == E2BIG) {
		autofree char *reason = kernel_status("error");

		*why = xasprintf("the kernel refused the policy: %s",
				 reason ? reason : strerror(error));
	} else {
		*why = write_error("policy");
	}
	errno = error;
	return false;
}
