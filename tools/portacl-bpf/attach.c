// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attach the programs, all or none.  Their links are pinned, so they stay when
 * this process ends.
 */
#include <fcntl.h>
#include <ftw.h>
#include <linux/kernel.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "portacl.skel.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/*
 * Pinned here first, then renamed: either all is there or nothing.  The BPF file
 * system refuses names with a dot.
 */
#define NEW_DIR PIN_PARENT "/portacl_new"

#define MAX_PROGRAMS 32
/* Directories that remove_pins() keeps open. */
#define MAX_OPEN 8

/* A load of 100,000 rules is much faster. */
#define LOCK_SECONDS 60

/* Bytes that the kernel uses for a task, and what keeps it, at least. */
#define MIN_TASK (16 << 10)
/* As many as in 1 TB. */
#define MAX_TASKS (64U << 20)

/* The verifier says at the end of a long log why it refuses a program. */
#define SHOWN_MESSAGES 4000

static FILE *messages;
static char *message_text;
static size_t message_len;

static int keep_message(enum libbpf_print_level level, const char *fmt,
			va_list args)
{
	if (level <= LIBBPF_INFO)
		vfprintf(messages, fmt, args);
	return 0;
}

static void print_messages(void)
{
	if (messages)
		fclose(messages);
	if (message_text)
		fputs(message_text +
		      max_t(s64, message_len - SHOWN_MESSAGES, 0), stderr);
}

/**
 * take_lock - wait for other loaders; the lock is held until the process ends
 */
void take_lock(void)
{
	int fd = open(PIN_PARENT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int tries = 10 * LOCK_SECONDS;

	if (fd < 0)
		die_errno(PIN_PARENT);
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			die_errno(PIN_PARENT);
		if (!tries--)
			die("another process has locked " PIN_PARENT
			    " for %d seconds: `lslocks' names it", LOCK_SECONDS);
		usleep(100000);
	}
}

bool is_attached(void)
{
	return !access(PIN_DIR, F_OK);
}

/* The cookie of this process's network namespace; see check_caller(). */
static u64 net_cookie(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(u64);
	u64 cookie;

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
				 &len))
		die_errno("SO_NETNS_COOKIE");
	close(fd);
	return cookie;
}

/*
 * More than fit into the memory.  A user can keep ended tasks there, by io_uring for
 * example; threads-max does not count them.
 */
static u32 max_tasks(void)
{
	long pages = sysconf(_SC_PHYS_PAGES);

	if (pages <= 0)
		die("the size of the memory is not known");
	return min_t(u64, (u64)pages * sysconf(_SC_PAGESIZE) / MIN_TASK,
		     MAX_TASKS);
}

static struct portacl_bpf__bss read_globals(void)
{
	struct portacl_bpf__bss globals;
	struct bpf_map_info info = { };
	int map = open_pin("globals");
	u32 zero = 0, len = sizeof(info);

	if (bpf_obj_get_info_by_fd(map, &info, &len))
		die_errno(PIN_DIR "/globals");
	/* The structure is padded to a multiple of 8. */
	if ((info.value_size + 7) / 8 * 8 != sizeof(globals))
		die(OTHER_VERSION);
	if (bpf_map_lookup_elem(map, &zero, &globals))
		die_errno(PIN_DIR "/globals");
	close(map);
	return globals;
}

/**
 * use_secret - hash paths as the attached programs do, or choose a secret
 */
void use_secret(void)
{
	struct portacl_bpf__bss globals;

	if (!is_attached()) {
		if (getrandom(hash_key, sizeof(hash_key), 0) !=
		    sizeof(hash_key))
			die_errno("getrandom");
		return;
	}
	globals = read_globals();
	hash_key[0] = globals.key0;
	hash_key[1] = globals.key1;
}

/**
 * read_totals - read the counters of all binds since the programs were attached
 */
struct totals read_totals(void)
{
	struct portacl_bpf__bss globals = read_globals();

	return (struct totals) {
		.grants = globals.total_grants,
		.denies = globals.total_denies,
		.kernel_denies = globals.kernel_denies,
	};
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void remove_pins(const char *dir)
{
	if (access(dir, F_OK))
		return;
	pass_guard();
	if (nftw(dir, remove_entry, MAX_OPEN, FTW_DEPTH | FTW_PHYS))
		die_errno("%s", dir);
}

static void NORETURN give_up(const char *what)
{
	int error = errno;

	print_messages();
	errno = error;
	die_errno("%s", what);
}

static void pin_map(const struct bpf_map *map, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), NEW_DIR "/%s", name);
	if (bpf_obj_pin(bpf_map__fd(map), path))
		give_up(path);
}

static struct bpf_link *attach_program(struct bpf_program *prog, int cgroup)
{
	struct bpf_link *link;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_LSM)
		link = bpf_program__attach(prog);
	else
		link = bpf_program__attach_cgroup(prog, cgroup);
	if (!link)
		give_up(bpf_program__name(prog));
	return link;
}

/*
 * From the last program to the first: the guards of ptrace.h, then the gates, then
 * what gives programs an identity.  In the other order, a program that is executed
 * meanwhile would have an identity while anybody could trace it.
 *
 * Until a link is pinned, it ends with this process.
 */
static void attach_all(struct bpf_object *object, int cgroup)
{
	struct bpf_link *links[MAX_PROGRAMS];
	struct bpf_program *prog = NULL;
	char path[128];
	u32 nr = 0, i = 0;

	while ((prog = bpf_object__prev_program(object, prog))) {
		if (nr == MAX_PROGRAMS)
			give_up("too many programs");
		links[nr++] = bpf_program__autoattach(prog) ?
			      attach_program(prog, cgroup) : NULL;
	}
	while ((prog = bpf_object__prev_program(object, prog))) {
		snprintf(path, sizeof(path), NEW_DIR "/link_%s",
			 bpf_program__name(prog));
		if (links[i] && bpf_link__pin(links[i], path))
			give_up(path);
		i++;
	}
}

/* All programs of one object have the same BTF object. */
static u32 own_btf(const struct bpf_object *object)
{
	struct bpf_btf_info info = { };
	u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_object__btf_fd(object), &info, &len))
		give_up("BTF");
	return info.id;
}

/* Tell the programs which directory, and which mount on the host, to guard. */
static void set_guard(struct portacl_bpf *skel)
{
	struct portacl_bpf__bss *globals = skel->bss;
	struct statx mount;
	struct stat pins;

	if (stat(NEW_DIR, &pins) ||
	    statx(AT_FDCWD, "/proc/1/root" PIN_PARENT, 0, STATX_MNT_ID, &mount))
		give_up("guard");
	globals->pins_ino = pins.st_ino;
	globals->pins_dev = major(pins.st_dev) << 20 | minor(pins.st_dev);
	globals->pins_mount = mount.stx_mnt_id;
	globals->own_btf = own_btf(skel->obj);
	pass_guard();
}

static struct portacl_bpf *load_programs(void)
{
	struct portacl_bpf *skel;

	messages = open_memstream(&message_text, &message_len);
	if (!messages)
		give_up("memory");
	libbpf_set_print(keep_message);
	skel = portacl_bpf__open();
	if (!skel)
		give_up("the programs cannot be opened");
	if (bpf_map__set_max_entries(skel->maps.tasks, max_tasks()) ||
	    portacl_bpf__load(skel))
		give_up("this kernel does not take the programs");
	return skel;
}

static int open_cgroup(void)
{
	int fd = open("/sys/fs/cgroup", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die_errno("/sys/fs/cgroup");
	return fd;
}

/*
 * The memory of a map is charged to the cgroup of the process that made it.  If that
 * had a limit, all processes would share it: see task_alloc in identity.h.
 */
static void enter_root_cgroup(void)
{
	int fd = open("/sys/fs/cgroup/cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		die_errno("/sys/fs/cgroup/cgroup.procs");
	close(fd);
}

/**
 * attach_v6only - attach post_bind6, which only policies with addr= need
 *
 * It stays until detach(): a bind may be judged by this policy and take place under
 * the next.
 */
void attach_v6only(void)
{
	int link;

	if (!access(PIN_DIR "/link_post_bind6", F_OK))
		return;
	check_hook("post_bind6", BPF_CGROUP_INET6_POST_BIND);
	link = bpf_link_create(open_pin("post_bind6"), open_cgroup(),
			       BPF_CGROUP_INET6_POST_BIND, NULL);
	if (link < 0 || bpf_obj_pin(link, PIN_DIR "/link_post_bind6"))
		give_up("post_bind6");
	close(link);
}

/**
 * try_programs - end with an error if the kernel does not take the programs
 */
void try_programs(void)
{
	portacl_bpf__destroy(load_programs());
}

/* Store the policy such that the gates let all binds pass; see commit_policy(). */
static void store_pending(struct portacl_bpf *skel, const struct cells *cells)
{
	int map = make_policy_map(cells, bpf_map__fd(skel->maps.no_policy));
	struct pa_cell head = cells->cells[0];
	u32 zero = 0;

	head.head.abi = 0;
	if (bpf_map_update_elem(map, &zero, &head, 0) ||
	    bpf_map_update_elem(bpf_map__fd(skel->maps.policy), &zero, &map, 0))
		give_up("policy");
}

/**
 * attach - attach the programs with a policy that is pending
 * @cells: the policy
 *
 * If this process is killed, what remains lets all binds pass.
 */
void attach(const struct cells *cells)
{
	int cgroup = open_cgroup();
	struct portacl_bpf *skel;

	remove_remains();
	if (mkdir(NEW_DIR, 0700))
		die_errno(NEW_DIR);
	enter_root_cgroup();
	skel = load_programs();
	skel->bss->key0 = hash_key[0];
	skel->bss->key1 = hash_key[1];
	skel->bss->init_net = net_cookie();
	set_guard(skel);
	store_pending(skel, cells);
	pin_map(skel->maps.policy, "policy");
	pin_map(skel->maps.config, "config");
	pin_map(skel->maps.added, "added");
	pin_map(skel->maps.records, "records");
	pin_map(skel->maps.observed, "observed");
	pin_map(skel->maps.shares, "shares");
	pin_map(skel->maps.overflow, "overflow");
	pin_map(skel->maps.bss, "globals");
	pin_map(skel->maps.tasks, "tasks");
	if (bpf_program__pin(skel->progs.post_bind6, NEW_DIR "/post_bind6"))
		give_up("post_bind6");
	bpf_program__set_autoattach(skel->progs.post_bind6, false);
	attach_all(skel->obj, cgroup);
	if (rename(NEW_DIR, PIN_DIR))
		give_up("rename");
}

/**
 * remove_remains - remove what a loader that was killed has left
 *
 * Return: whether there was anything.
 */
bool remove_remains(void)
{
	bool found = !access(NEW_DIR, F_OK);

	remove_pins(NEW_DIR);
	return found;
}

/**
 * detach - take the programs away, after withdraw_policy()
 *
 * If this process is killed, the next loader removes what remains.
 */
void detach(void)
{
	remove_remains();
	pass_guard();
	if (rename(PIN_DIR, NEW_DIR))
		die_errno(PIN_DIR);
	remove_remains();
}

/*
 * A link that was detached from its cgroup is still pinned.  post_bind6 has one only
 * if a policy has had addr=.
 */
static bool is_link_attached(const char *name)
{
	struct bpf_link_info info = { };
	u32 len = sizeof(info);
	char path[128];
	bool attached;
	int fd;

	snprintf(path, sizeof(path), PIN_DIR "/link_%s", name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return errno == ENOENT && !strcmp(name, "post_bind6");
	attached = !bpf_obj_get_info_by_fd(fd, &info, &len) &&
		   (info.type != BPF_LINK_TYPE_CGROUP || info.cgroup.cgroup_id);
	close(fd);
	return attached;
}

/**
 * detached_program - return a program that somebody has detached, or NULL
 */
const char *detached_program(void)
{
	struct portacl_bpf *skel = portacl_bpf__open();
	struct bpf_program *prog;

	if (!skel)
		die_errno("the programs cannot be opened");
	bpf_object__for_each_program(prog, skel->obj)
		if (!is_link_attached(bpf_program__name(prog)))
			return bpf_program__name(prog);
	portacl_bpf__destroy(skel);
	return NULL;
}
