// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF backend: its own command does the work, see portacl-bpf(8).
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/backend.h"
#include "lib/cleanup.h"
#include "lib/root.h"

#define TOOL "/usr/sbin/portacl-bpf"
#define PINS "/sys/fs/bpf/portacl"
/* The exit status if the policy is not the expected generation. */
#define STATUS_STALE 3

static bool is_present(void)
{
	autofree char *path = in_root(PINS);

	return !root_option && !access(path, F_OK);
}

/* Return what to do about a kernel without portacl. */
const char *bpf_hint(void)
{
	autofree char *tool = in_root(TOOL), *pins = in_root(PINS);

	if (access(pins, F_OK) && errno == EACCES)
		return "only root sees whether the BPF backend is in force";
	return access(tool, X_OK) ?
	       "the package portacl-bpf enforces a policy on it" :
	       "with the BPF backend: portaclctl load --backend=bpf";
}

static int make_file(const char *text, size_t len)
{
	int fd = memfd_create("portaclctl", MFD_CLOEXEC);

	if (fd < 0 || !write_all(fd, text, len) || lseek(fd, 0, SEEK_SET))
		die_errno("memfd");
	return fd;
}

static char *take_file(int fd)
{
	char *text;

	lseek(fd, 0, SEEK_SET);
	text = read_fd(fd, NULL);
	close(fd);
	return text ? text : xstrdup("");
}

/* Return the exit status; -1: the command cannot be started. */
static int spawn(const char *const *argv, const int *fds)
{
	posix_spawn_file_actions_t actions;
	int i, status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	for (i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	errno = posix_spawn(&pid, argv[0], &actions, NULL, (char **)argv,
			    environ);
	if (!errno && waitpid(pid, &status, 0) == pid)
		status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	posix_spawn_file_actions_destroy(&actions);
	return status;
}

/* Return the message of portacl-bpf without its name.  libbpf's come before it. */
static char *reason(const char *said)
{
	const char *name = "portacl-bpf: ", *line = strstr(said, name);

	if (line)
		said = line + strlen(name);
	return xstrndup(said, strcspn(said, "\n"));
}

/* Return the output, or NULL with the reason, and with errno if it is ESTALE. */
static char *run(const char *verb, const char *arg, const char *text,
		 size_t len, char **why)
{
	autofree char *tool = in_root(TOOL);
	const char *const argv[] = { tool, verb, arg, NULL };
	int fds[3] = { make_file(text, len), make_file("", 0),
		       make_file("", 0) };
	int status = spawn(argv, fds), error = errno;
	autofree char *said = NULL;
	char *output;

	close(fds[0]);
	output = take_file(fds[1]);
	said = take_file(fds[2]);
	if (!status) {
		autofree char *warning = *said ? reason(said) : NULL;

		if (warning)
			warn("%s", warning);
		return output;
	}
	free(output);
	*why = status < 0 ? xasprintf("%s: %s: install the package portacl-bpf",
				      tool, strerror(error)) : reason(said);
	errno = status == STATUS_STALE ? ESTALE : EINVAL;
	return NULL;
}

static char *no_lock(void)
{
	return xstrdup("the BPF backend cannot lock the policy: root can always detach the programs");
}

/* Its subcommands have the names of the files, except `show'. */
static char *read_name(const char *name, char **why)
{
	if (strcmp(name, "lock"))
		return run(strcmp(name, "policy") ? name : "show", NULL, "", 0,
			   why);
	*why = no_lock();
	return NULL;
}

static char *write_name(const char *name, const char *text)
{
	char *why = NULL;

	if (!strcmp(name, "lock"))
		return no_lock();
	free(run(name, text, "", 0, &why));
	return why;
}

static char *query(const char *request, char **why)
{
	return run("query", request, "", 0, why);
}

static char *load(const char *text, size_t len)
{
	char *why = NULL;

	free(run("load", "-", text, len, &why));
	return why;
}

static char *unload(void)
{
	char *why = NULL;

	free(run("unload", NULL, "", 0, &why));
	return why;
}

/* The programs are pinned only then. */
static time_t attach_time(void)
{
	autofree char *path = in_root(PINS);
	struct stat st;

	return stat(path, &st) ? 0 : st.st_mtime;
}

const struct backend bpf_backend = {
	.name = "bpf",
	.present = is_present,
	.read = read_name,
	.write = write_name,
	.query = query,
	.load = load,
	.unload = unload,
	.since = attach_time,
};
