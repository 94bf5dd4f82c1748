// SPDX-License-Identifier: GPL-2.0-only
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain/subject.h"
#include "lib/cleanup.h"
#include "lib/root.h"
#include "lex.h"
#include "lib/options.h"
#include "policy/exe.h"
#include "policy/names.h"
#include "policy/place.h"
#include "system/filecaps.h"
#include "system/launch.h"

/* As a shell would find it, and where root's programs are. */
static bool find_program(const char *name, char *path)
{
	static const char *const dirs[] = {
		"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin",
		"/sbin", "/bin",
	};
	u32 i;

	if (strchr(name, '/'))
		return realpath(name, path);
	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		autofree char *try = xasprintf("%s/%s", dirs[i], name);

		if (!access(try, X_OK) && realpath(try, path))
			return true;
	}
	return false;
}

static void check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		die_errno("%s", path);
	if (S_ISDIR(st.st_mode))
		die("%s is a directory", path);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		die("%s is not executable", path);
}

static bool has_filecap(const char *exe)
{
	struct filecap cap;

	return filecap_read(exe, &cap) && cap.permitted && cap.effective &&
	       !cap.root_uid;
}

/* Find the program that the kernel will see, and what its file gives it. */
static void look_at_program(struct subject *subject, const char *name)
{
	struct process *process = &subject->process;
	struct program program;
	struct stat st;

	if (!find_program(name, process->exe))
		die_errno("%s", name);
	check_program(process->exe);
	if (*name == '/' && strcmp(name, process->exe))
		list_add(&subject->notes, xasprintf("%s resolves to %s", name,
						    process->exe));
	program_look(&program, process->exe, true);
	if (program.faults & BIT(PROGRAM_SCRIPT)) {
		list_add(&subject->notes, xasprintf(
			"%s is a script: the kernel sees %s", process->exe,
			program.interpreter));
		if (!realpath(program.interpreter, process->exe))
			die_errno("its interpreter '%s'", program.interpreter);
	}
	if (program.faults & BIT(PROGRAM_NOSUID)) {
		list_add(&subject->notes, xasprintf(
			"%s is on a nosuid mount: no exe= rule matches, no file capability counts",
			process->exe));
		return;
	}
	if (!stat(process->exe, &st) && (st.st_mode & S_ISUID)) {
		list_add(&subject->notes, xasprintf(
			"%s is setuid: its effective uid is %u", process->exe,
			st.st_uid));
		process->uid = st.st_uid;
	}
	subject->setcap = has_filecap(process->exe);
}

/* getgrouplist() returns the number if the room is too small. */
static void read_groups(struct process *process, const char *user, gid_t gid)
{
	gid_t *groups = NULL;
	int nr = 32, room;

	static_assert(sizeof(*groups) == sizeof(*process->groups));
	do {
		room = nr;
		groups = xrealloc(groups, room, sizeof(*groups));
	} while (getgrouplist(user, gid, groups, &nr) < 0 && nr > room);
	process->nr_groups = min(nr, room);
	process->groups = groups;
	qsort(groups, process->nr_groups, sizeof(*groups), compare_u32);
}

static void take_user(struct process *process, u32 uid,
		      const struct passwd *user)
{
	process->uid = uid;
	process->gid = user ? user->pw_gid : uid;
	if (user)
		read_groups(process, user->pw_name, user->pw_gid);
	process->launched_by_root = !uid;
}

static void look_at_user(struct process *process, const char *name)
{
	const struct passwd *user = getpwnam(name);
	u32 uid;

	if (!user && !parse_number(name, U32_MAX - 1, &uid))
		die("unknown user '%s'", name);
	if (user)
		uid = user->pw_uid;
	else
		user = getpwuid(uid);
	take_user(process, uid, user);
}

static void give_capabilities(struct subject *subject)
{
	struct process *process = &subject->process, init;

	if (process_read(&init, 1))
		process->bounding = init.bounding;
	else
		process->bounding = ~0ULL;
	process_free(&init);
	if (!process->uid || subject->setcap)
		process->effective = process->bounding &
				     (process->uid ?
				      BIT(CAP_NET_BIND_SERVICE_BIT) : ~0ULL);
}

/* In a user namespace of its own a user has two numbers; rules have the outer. */
static void note_uid_map(struct subject *subject)
{
	const struct process *process = &subject->process;
	autofree char *map = process_file(process->pid, "uid_map");
	char *rest = map, *line;
	u32 inner, outer, count;

	while (map && (line = strsep(&rest, "\n")))
		if (sscanf(line, "%u %u %u", &inner, &outer, &count) == 3 &&
		    inner != outer && process->uid >= outer &&
		    process->uid - outer < count)
			list_add(&subject->notes, xasprintf(
				"uid %u is uid %u in its user namespace; rules compare %u",
				process->uid, inner + process->uid - outer,
				process->uid));
}

#define PF_KTHREAD 0x00200000	/* in the kernel's sched.h */

/* The program of a process cannot be read: say why. */
static void NORETURN die_unknown(u32 pid)
{
	char *path = xasprintf("/proc/%u/stat", pid), *stat = read_line_file(path);
	const char *end = stat ? strrchr(stat, ')') : NULL;
	unsigned int flags = 0;
	char state = 0;

	if (end)
		sscanf(end + 1, " %c %*d %*d %*d %*d %*d %u", &state, &flags);
	if (flags & PF_KTHREAD)
		die("process %u is a kernel thread: no rule is for it", pid);
	if (state == 'Z')
		die("process %u has ended", pid);
	if (geteuid())
		die("process %u: only root may look at it", pid);
	die("process %u: /proc/%u/exe cannot be read", pid, pid);
}

static void NORETURN die_no_user(char **argv)
{
	char *program = *argv++, *place = place_take(&argv);

	die_usage("USER expected; did you mean: portaclctl explain %s USER %s%s",
		  program, *place == '/' ? "tcp" : "", place);
}

static char **read_process(struct subject *subject, char **argv)
{
	u32 pid;

	if (!*argv)
		die_missing("PROGRAM USER or PID");
	if (strspn(argv[0], "0123456789") == strlen(argv[0])) {
		if (root_option)
			die_usage("process %s runs on this system, not below --root: give PROGRAM and USER",
				  argv[0]);
		if (!parse_number(argv[0], INT_MAX, &pid) || !pid)
			die_usage("'%s' is neither a process id nor a program",
				  argv[0]);
		require_proc();
		if (!process_read(&subject->process, pid))
			die("there is no process %u", pid);
		if (!subject->process.known)
			die_unknown(pid);
		note_uid_map(subject);
		launch_read(&subject->process, &subject->notes);
		return argv + 1;
	}
	if (!argv[1])
		die_missing("USER");
	if (place_starts(argv + 1))
		die_no_user(argv);
	look_at_user(&subject->process, argv[1]);
	look_at_program(subject, argv[0]);
	give_capabilities(subject);
	/* Unless cgroup= says otherwise: a deny rule matches an unknown cgroup. */
	subject->process.cgroup = xstrdup("/");
	launch_note_units(&subject->process, &subject->notes);
	return argv + 2;
}

/* The operands name the process already; a key cannot change a part of it. */
static void check_keys(char **words)
{
	static const char *const keys[] = { "uid=", "gid=", "exe=" };
	u32 i;

	for (; *words; words++)
		for (i = 0; i < ARRAY_SIZE(keys); i++)
			if (!strncmp(*words, keys[i], strlen(keys[i])))
				die_usage("%s: explain asks for PROGRAM USER or PID; `portaclctl test' takes %s",
					  *words, keys[i]);
}

/* Take from the words that were given what they say. */
static void override(struct request *request, struct request *given,
		     char **words)
{
	const struct portacl_request *from = &given->bind;
	struct portacl_request *bind = &request->bind;

	bind->proto = from->proto;
	bind->port = from->port;
	bind->nr_bound = from->nr_bound;
	memcpy(bind->bound, from->bound, sizeof(bind->bound));
	for (; *words; words++) {
		if (!strncmp(*words, "net=", 4)) {
			bind->other_net = from->other_net;
		} else if (!strncmp(*words, "launch=", 7)) {
			bind->launch_root = from->launch_root;
		} else if (!strncmp(*words, "taint=", 6)) {
			bind->taint = from->taint;
		} else if (!strncmp(*words, "cgroup=", 7)) {
			swap(request->cgroup, given->cgroup);
			bind->cgroup = request->cgroup;
		} else if (!strncmp(*words, "launcher=", 9)) {
			swap(request->launcher, given->launcher);
			bind->launcher = from->launcher;
		}
	}
}

/* All of the request is checked, whether or not there is a policy to ask. */
static void read_request(struct subject *subject, char **argv)
{
	struct request *request = &subject->request, given;
	char *note;

	/* The parser wants a user; that of the process counts. */
	request_words(&given, argv, "uid=0");
	process_request(&subject->process, request);
	override(request, &given, argv + 1);
	note = request_resolve(request);
	if (note)
		list_add(&subject->notes, note);
	if (!subject->process.pid &&
	    (request->bind.taint & BIT(PORTACL_TAINT_NNP)))
		subject->process.no_new_privs = true;
	request_free(&given);
}

/**
 * subject_read - read what explain is asked
 * @subject: where it is stored, for subject_free()
 * @argv: `PID` or `PROGRAM USER`, `PROTO/PORT`, then `KEY=VALUE`
 */
void subject_read(struct subject *subject, char **argv)
{
	struct list words = { 0 };

	*subject = (struct subject) { 0 };
	request_args(&words, read_process(subject, argv));
	check_keys(words.items + 1);
	read_request(subject, words.items);
	list_free(&words);
	subject->proto = portacl_protos[subject->request.bind.proto];
	subject->port = subject->request.bind.port;
}

/* Does the process that was refused still run? */
static bool read_running(struct process *process, const struct record *record)
{
	if (!root_option && record->pid && record->verified && record->exe &&
	    process_read(process, record->pid) && process->known &&
	    process->uid == record->uid && !strcmp(process->exe, record->exe))
		return true;
	process_free(process);
	*process = (struct process) { 0 };
	return false;
}

/* Only the report is known of a process that has ended. */
static void read_ended(struct subject *subject, const struct record *record)
{
	struct process *process = &subject->process;

	take_user(process, record->uid, getpwuid(record->uid));
	snprintf(process->comm, sizeof(process->comm), "%s",
		 record->comm ? record->comm : "?");
	if (record->exe && record->verified && !record->partial)
		snprintf(process->exe, sizeof(process->exe), "%s",
			 record->exe);
	subject->setcap = *process->exe && has_filecap(process->exe);
	give_capabilities(subject);
	list_add(&subject->notes, xstrdup(
		"the process has ended: its groups are taken to be those of its user, its cgroup and its launcher are not known"));
	launch_note_units(process, &subject->notes);
}

static void note_record(struct list *notes, const struct refusal *refusal)
{
	const struct record *record = &refusal->record;
	const char *tail = strstr(record->text, " rule=");
	char date[48] = "";

	if (record->time)
		strftime(date, sizeof(date), ", last %FT%TZ",
			 gmtime(&record->time));
	list_add(notes, xasprintf("in the log %u time%s%s:%s", refusal->count,
				  refusal->count > 1 ? "s" : "", date,
				  tail ? tail : " without a reason"));
	if (record->exe && !record->verified)
		list_add(notes, xasprintf("the process shows the program %s, which need not be the one that was executed",
					  record->exe));
	else if (record->partial)
		list_add(notes, xasprintf("the log has only the start of the path: %s",
					  record->exe));
}

/**
 * subject_read_refusal - read who was refused what
 * @subject: where it is stored, for subject_free()
 * @refusal: the refusal
 */
void subject_read_refusal(struct subject *subject,
			  const struct refusal *refusal)
{
	const struct record *record = &refusal->record;
	struct process *process = &subject->process;

	*subject = (struct subject) { .recorded = true };
	note_record(&subject->notes, refusal);
	if (read_running(process, record)) {
		note_uid_map(subject);
		launch_read(process, &subject->notes);
	} else {
		read_ended(subject, record);
	}
	process_request(process, &subject->request);
	request_set_record(&subject->request, record);
	subject->proto = portacl_protos[record->proto];
	subject->port = record->port;
}

void subject_free(struct subject *subject)
{
	process_free(&subject->process);
	list_free(&subject->notes);
	request_free(&subject->request);
}

char *subject_name(const struct subject *subject)
{
	const struct process *process = &subject->process;
	const char *name = name_of(PORTACL_USER, process->uid);
	const char *exe = *process->exe ? process->exe : process->comm;
	autofree char *user = name ? xstrdup(name) :
				     xasprintf("uid %u", process->uid);

	if (process->pid)
		return xasprintf("%s (pid %d) as %s on %s/%u", exe,
				 process->pid, user, subject->proto,
				 subject->port);
	return xasprintf("%s as %s on %s/%u", exe, user, subject->proto,
			 subject->port);
}
