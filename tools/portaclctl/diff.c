// SPDX-License-Identifier: GPL-2.0-only
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "policy/json.h"
#include "policy/files.h"

/* A path under which diff(1) finds a text. */
static char *text_path(const char *name, const char *text, size_t len)
{
	int fd = memfd_create(name, 0);

	if (fd < 0 || !write_all(fd, text, len))
		die_errno("memory");
	return xasprintf("/dev/fd/%d", fd);
}

/* Lines as diff(1) prints them, less the two of the header. */
static json_t *json_diff(char *lines)
{
	json_t *removed = json_array(), *added = json_array();
	char *line;

	while ((line = strsep(&lines, "\n")))
		if (*line == '-' && strncmp(line, "---", 3))
			json_array_append_new(removed, json_text(line + 1));
		else if (*line == '+' && strncmp(line, "+++", 3))
			json_array_append_new(added, json_text(line + 1));
	return json_pack("{sb so so}", "differs", json_array_size(removed) ||
			 json_array_size(added), "removed", removed, "added",
			 added);
}

/* Run diff(1) on two files; its output is for free(). */
static char *run_diff(const char *from, const char *to)
{
	int fds[2], status;
	pid_t pid = fork_piped(fds);
	char *text;

	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execlp("diff", "diff", "-u", "--label", "kernel", "--label",
		       "files", from, to, NULL);
		die_errno("diff");
	}
	close(fds[1]);
	text = read_fd(fds[0], NULL);
	close(fds[0]);
	if (waitpid(pid, &status, 0) < 0 || !text || !WIFEXITED(status) ||
	    WEXITSTATUS(status) > 1)
		die("diff failed");
	return text;
}

int cmd_diff(char **args)
{
	autofree char *active = NULL, *from = NULL, *to = NULL, *lines = NULL;
	struct config cfg = { 0 };
	struct buf text = { 0 };
	bool differs;

	config_load(&cfg, args);
	policy_text(&text, cfg.policy, "commit");
	/* The policy in force is this kernel's. */
	leave_root();
	active = kernel_read("policy");
	from = text_path("kernel", active, strlen(active));
	to = text_path("files", text.text, text.len);
	lines = run_diff(from, to);
	differs = *lines;
	if (option("json"))
		print_json(json_diff(lines));
	else
		print_lines(lines, strlen(lines));
	free(text.text);
	config_free(&cfg);
	return differs ? EXIT_REFUSED : EXIT_OK;
}
