// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/root.h"
#include "policy/files.h"

/* A path under which diff(1) finds a text. */
static char *text_path(const char *name, const char *text, size_t len)
{
	int fd = memfd_create(name, 0);

	if (fd < 0 || !write_all(fd, text, len))
		die_errno("memory");
	return xasprintf("/dev/fd/%d", fd);
}

int cmd_diff(char **args)
{
	struct config cfg = { 0 };
	struct buf text = { 0 };
	char *active, *from, *to;
	pid_t pid;
	int status;

	config_load(&cfg, args);
	policy_text(&text, cfg.policy, "commit");
	/* The policy in force is this kernel's. */
	leave_root();
	active = kernel_read("policy");
	from = text_path("kernel", active, strlen(active));
	to = text_path("files", text.text, text.len);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die_errno("fork");
	if (!pid) {
		execlp("diff", "diff", "-u", "--label", "kernel", "--label",
		       "files", from, to, NULL);
		die_errno("diff");
	}
	if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
		die("diff failed");
	free(from);
	free(to);
	free(active);
	free(text.text);
	config_free(&cfg);
	return WEXITSTATUS(status) ? EXIT_REFUSED : EXIT_OK;
}
