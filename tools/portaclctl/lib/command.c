// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/command.h"
#include "lib/root.h"
#include "lib/util.h"

static int spawn(pid_t *pid, const char *const *argv, int out)
{
	posix_spawn_file_actions_t actions;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawn(pid, argv[0], &actions, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/**
 * read_command - run a program and read its output
 * @argv: its path and its arguments, ended by NULL
 *
 * With --root no program is started.
 *
 * Return: the output, for free(), or NULL if the program failed.
 */
char *read_command(const char *const *argv)
{
	int fds[2], status = -1;
	char *text = NULL;
	pid_t pid;

	if (root_option || pipe2(fds, O_CLOEXEC))
		return NULL;
	if (spawn(&pid, argv, fds[1]))
		pid = 0;
	close(fds[1]);
	if (pid) {
		text = read_fd(fds[0], NULL);
		waitpid(pid, &status, 0);
	}
	close(fds[0]);
	if (!status)
		return text;
	free(text);
	return NULL;
}
