// SPDX-License-Identifier: GPL-2.0-only
/*
 * At boot a policy that cannot be made any more of its files is better than
 * none.  Whatever is wrong with them ends the process, so a child tries.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "lib/cleanup.h"
#include "load/boot.h"
#include "policy/lastgood.h"

/* A server that has a program or a name may not answer before the network is up. */
#define BOOT_SECONDS 90

/* The first line that is no warning. */
static char *first_error(const char *text)
{
	const char *line = text, *end;

	for (; *line; line = end + (*end == '\n')) {
		end = strchrnul(line, '\n');
		if (end > line && *line != ' ' &&
		    !memmem(line, end - line, "warning: ", 9))
			return xstrndup(line, end - line);
	}
	return xstrdup("the policy could not be loaded");
}

/* What a child that has ended like this said is wrong. */
static char *find_error(int ended, const char *messages)
{
	if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM)
		return xasprintf("the files could not be loaded in %d seconds",
				 BOOT_SECONDS);
	return first_error(messages);
}

/* Does the kernel have the policy that it booted with, or none? */
static bool is_fresh(void)
{
	autofree char *loaded = kernel_has_policy() ? kernel_status("loaded") :
						      NULL;

	return !loaded || !strcmp(loaded, "boot");
}

/* The stored policy instead of the files; what came of it, in words. */
static char *fall_back(void)
{
	autofree char *why = NULL;
	struct last_good last;
	char *text;

	if (!is_fresh())
		return xstrdup("the policy in force stays");
	if (!last_good_read(&last, &why))
		text = xasprintf("and there is no policy to fall back to: %s",
				 why);
	else if (kernel_load(last.text, strlen(last.text), &why))
		text = xasprintf("the last good policy is in force instead, digest %s",
				 last.digest);
	else
		text = xasprintf("nor can the last good policy: %s", why);
	last_good_free(&last);
	return text;
}

/* The backend of the last policy, if the kernel has no portacl. */
static bool has_backend(void)
{
	autofree char *why = NULL;
	struct last_good last;
	bool bpf;

	if (kernel_present())
		return true;
	bpf = last_good_read(&last, &why) && last.bpf;
	last_good_free(&last);
	return bpf && kernel_choose("bpf");
}

static int fail(const char *error)
{
	autofree char *instead = NULL, *text = NULL;

	if (!has_backend())
		return EXIT_ERROR;
	instead = fall_back();
	warn("the files could not be loaded; %s", instead);
	text = xasprintf("%s; %s", error, instead);
	boot_error_store(text);
	return EXIT_ERROR;
}

/**
 * boot_try - load the files in a child
 * @status: where the exit status is stored
 *
 * Return: whether this is the child, which has to load them.
 */
bool boot_try(int *status)
{
	int fds[2], ended;
	char *messages;
	pid_t pid;

	pid = fork_piped(fds);
	if (!pid) {
		if (dup2(fds[1], STDERR_FILENO) < 0)
			_exit(EXIT_ERROR);
		close(fds[0]);
		close(fds[1]);
		alarm(BOOT_SECONDS);
		return true;
	}
	close(fds[1]);
	messages = read_fd(fds[0], NULL);
	close(fds[0]);
	if (messages)
		print_lines_err(messages);
	*status = EXIT_OK;
	if (waitpid(pid, &ended, 0) < 0 || !WIFEXITED(ended) ||
	    WEXITSTATUS(ended)) {
		autofree char *error = find_error(ended, messages ?: "");

		*status = fail(error);
	}
	free(messages);
	return false;
}

static bool print_stale(const struct last_good *last)
{
	u32 nr, i;
	struct stale *stale = last_good_stale(last, &nr);

	for (i = 0; i < nr; i++)
		print("%s:%u: %s\n", stale[i].file, stale[i].line,
		       stale[i].text);
	stale_free(stale, nr);
	return nr;
}

/**
 * stale_try - is it time to load the files again?
 *
 * It is, if a program is not any more where the policy in force says; and if
 * that is what was made of the files, not what somebody is trying out.
 *
 * Return: whether it is.
 */
bool stale_try(void)
{
	struct last_good last;
	bool stale;
	char *why;

	if (!last_good_read(&last, &why))
		die("%s", why);
	stale = print_stale(&last);
	if (!stale)
		print("every program is where the policy says\n");
	else if (!last.usual || !last_good_in_force(&last))
		die("not loaded again: the policy in force is not the last one made of the usual files");
	last_good_free(&last);
	return stale;
}
