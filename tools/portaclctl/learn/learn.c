// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make rules of observed binds, and store those that are wanted.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/securityfs.h"
#include "learn/learn.h"
#include "learn/learner.h"
#include "lib/cleanup.h"
#include "lib/options.h"
#include "policy/json.h"
#include "system/netns.h"

#define OUTPUT "/etc/portacl.d/50-learned.conf"

static bool is_wanted(const struct learner *learner,
		      const struct observed *seen)
{
	if (seen->action == PORTACL_ALLOW)
		return false;
	return learner->all || seen->action == PORTACL_DENY ||
	       seen->port < learner->start;
}

static off_t size_of_output(const struct learner *learner)
{
	struct stat st;

	return fstat(learner->fd, &st) ? -1 : st.st_size;
}

/* Before the questions: the answers would be lost. */
static void open_output(struct learner *learner)
{
	learner->made = access(learner->path, F_OK);
	learner->fd = open(learner->path,
			   O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (learner->fd < 0)
		die_errno("%s", learner->path);
	/* The other one may have removed it. */
	if (flock(learner->fd, LOCK_EX | LOCK_NB) || access(learner->path, F_OK))
		die("%s: another portaclctl learn is asking its questions",
		    learner->path);
	learner->present = read_fd(learner->fd, NULL);
	if (!learner->present)
		die_errno("%s", learner->path);
}

static struct observed *read_observed(struct learner *learner, u32 *nr)
{
	autofree char *text = kernel_read("observed");

	learner->lost = get_number(text, "overflow", 0);
	return observed_read(text, nr);
}

/* Takes over @seen. */
static void learn_from(struct learner *learner, struct observed *seen, u32 nr)
{
	u32 i, n = 0;

	for (i = 0; i < nr; i++) {
		if (is_wanted(learner, &seen[i]))
			seen[n++] = seen[i];
		else
			free(seen[i].exe);
	}
	observed_sort(seen, n);
	if (n && learner->path)
		open_output(learner);
	make_rules(learner, seen, n);
	for (i = 0; i < n; i++)
		free(seen[i].exe);
	free(seen);
}

/* Print the rules, or their JSON. */
static void print_rules(struct learner *learner)
{
	if (learner->json)
		print_json(json_pack("{so sI}", "rules", learner->json,
				     "overflow", (json_int_t)learner->lost));
	else
		print_lines(learner->out.text, learner->out.len);
}

/* Unless somebody else has written to it. */
static void remove_output(const struct learner *learner)
{
	if (learner->made && !size_of_output(learner))
		unlink(learner->path);
}

/* Half a rule must not stay: the policy would not load. */
static void NORETURN undo_output(const struct learner *learner, off_t size)
{
	int error = errno;

	if (size < 0 || ftruncate(learner->fd, size))
		warn("%s: %s", learner->path, strerror(errno));
	remove_output(learner);
	errno = error;
	die_errno("%s", learner->path);
}

static void write_output(const struct learner *learner)
{
	size_t len = strlen(learner->present);
	bool ended = !len || learner->present[len - 1] == '\n';
	off_t size = size_of_output(learner);

	if ((!ended && !write_all(learner->fd, "\n", 1)) ||
	    !write_all(learner->fd, learner->out.text, learner->out.len) ||
	    fsync(learner->fd))
		undo_output(learner, size);
	close(learner->fd);
	print("%u rule%s added to %s; next: portaclctl check, portaclctl load, portaclctl mode enforce\n",
	       learner->nr, learner->nr == 1 ? "" : "s", learner->path);
}

static void say_nothing_written(const struct learner *learner)
{
	remove_output(learner);
	if (learner->skipped)
		print("no rule was chosen: nothing written\n");
	else if (learner->known)
		print("nothing new: %s has the rules already\n", learner->path);
	else if (learner->useless)
		print("nothing that a rule could allow: portaclctl learn --print tells why\n");
	else
		print("nothing to learn: every bind seen is allowed already, or needs no privilege (--all)%s\n",
		      learner->refused ? "" : "; --denials reads the refusals in the logs");
}

static int start_learning(void)
{
	kernel_write("observed", "clear");
	kernel_write("mode", "learn");
	print("mode learn: use the services as they are used every day, then `portaclctl learn'\n");
	return EXIT_OK;
}

static void check_options(const struct learner *learner, bool as_text)
{
	const char *path = option("output");

	if (option("start") && (as_text || path || learner->all ||
				learner->ranges || learner->refused))
		die_usage("--start takes no other option");
	if (as_text && path)
		die_usage("--print, --json or '-', and --output exclude each other");
}

int cmd_learn(char **args)
{
	bool from_stdin = *args, as_text;
	struct learner learner = {
		.all = option("all"), .ranges = option("ranges"),
		.refused = from_stdin || option("denials"),
	};
	struct observed *seen;
	u32 nr;

	if (from_stdin && strcmp(*args, "-"))
		die_usage("%s: '-' expected, for a log on standard input", *args);
	/* The questions could not be answered on standard input. */
	as_text = option("print") || option("json") || from_stdin;
	check_options(&learner, as_text);
	if (option("start"))
		return start_learning();
	if (option("json"))
		learner.json = json_array();
	if (!as_text)
		learner.path = option("output") ? option("output") : OUTPUT;
	learner.start = unprivileged_start(0);
	seen = learner.refused ? refusals_observe(from_stdin, &nr) :
				 read_observed(&learner, &nr);
	learn_from(&learner, seen, nr);
	if (learner.lost && !learner.json)
		warn("%llu binds were not recorded: learn in smaller steps (portaclctl learn --start)",
		     learner.lost);
	if (as_text)
		print_rules(&learner);
	else if (learner.nr)
		write_output(&learner);
	else
		say_nothing_written(&learner);
	free(learner.out.text);
	free(learner.present);
	return EXIT_OK;
}
