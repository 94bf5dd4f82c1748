// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force, and the mode.
 */
#include <linux/kernel.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"

/**
 * open_pin - open a pinned map
 * @name: its name
 *
 * Return: a descriptor.
 */
int open_pin(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), PIN_DIR "/%s", name);
	fd = bpf_obj_get(path);
	if (fd < 0 && errno == ENOENT)
		die("no policy is loaded");
	if (fd < 0)
		die_errno("%s", path);
	return fd;
}

static int open_policy_map(void)
{
	int policy = open_pin("policy"), map;
	u32 zero = 0, id;

	/* ENOENT: another policy has taken the place of this one. */
	do {
		if (bpf_map_lookup_elem(policy, &zero, &id))
			die_errno(PIN_DIR "/policy");
		map = bpf_map_get_fd_by_id(id);
	} while (map < 0 && errno == ENOENT);
	close(policy);
	if (map < 0)
		die_errno("the policy in force");
	return map;
}

/* A new map is all zero, and most cells are. */
static void store_cells(int map, const struct cells *cells)
{
	static const struct pa_cell zero;
	struct pa_cell *values = calloc(cells->nr, sizeof(*values));
	u32 *keys = calloc(cells->nr, sizeof(*keys));
	u32 i, nr = 0, stored;

	if (!values || !keys)
		die_errno("memory");
	for (i = 0; i < cells->nr; i++) {
		if (!memcmp(&cells->cells[i], &zero, sizeof(zero)))
			continue;
		keys[nr] = i;
		values[nr++] = cells->cells[i];
	}
	stored = nr;
	if (bpf_map_update_batch(map, keys, values, &stored, NULL) ||
	    stored != nr)
		die_errno("the policy cannot be stored");
	free(values);
	free(keys);
}

/**
 * make_policy_map - put a policy into the kernel, not yet in force
 * @cells: the policy
 * @like: a map of a policy; older kernels want maps of the same BTF types
 *
 * Return: a descriptor of its map.
 */
int make_policy_map(const struct cells *cells, int like)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP);
	struct bpf_map_info info = { };
	u32 len = sizeof(info);
	int map;

	if (bpf_obj_get_info_by_fd(like, &info, &len))
		die_errno("no room for the policy");
	options.btf_fd = bpf_btf_get_fd_by_id(info.btf_id);
	options.btf_key_type_id = info.btf_key_type_id;
	options.btf_value_type_id = info.btf_value_type_id;
	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "no_policy", sizeof(u32),
			     sizeof(struct pa_cell), cells->nr, &options);
	if (map < 0)
		die_errno("no room for the policy");
	close(options.btf_fd);
	store_cells(map, cells);
	return map;
}

/**
 * has_pin - whether a map is pinned; not, if a loader was killed or root took it away
 * @name: its name
 */
bool has_pin(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), PIN_DIR "/%s", name);
	return !access(path, F_OK);
}

static void read_head(int map, struct pa_cell *cell)
{
	u32 zero = 0;

	if (bpf_map_lookup_elem(map, &zero, cell))
		die_errno("the policy in force");
}

static struct pa_cell get_head(void)
{
	int map = open_policy_map();
	struct pa_cell cell;

	read_head(map, &cell);
	close(map);
	return cell;
}

static void set_head(const struct pa_cell *cell)
{
	int map = open_policy_map();
	u32 zero = 0;

	if (bpf_map_update_elem(map, &zero, cell, 0))
		die_errno("the head of the policy");
	close(map);
}

/**
 * is_pending - whether a policy is loaded that is not in force: its loader was killed
 */
bool is_pending(void)
{
	return !get_head().head.abi;
}

/**
 * check_version - end with an error if the programs are of another version
 */
void check_version(void)
{
	u32 abi = get_head().head.abi;

	if (abi && abi != PA_ABI)
		die(OTHER_VERSION);
}

/**
 * commit_policy - put the policy of attach() in force, in one step
 * @cells: the policy
 */
void commit_policy(const struct cells *cells)
{
	set_head(&cells->cells[0]);
}

/**
 * withdraw_policy - let all binds pass, as before commit_policy(), in one step
 *
 * The programs can then be detached one after another: no gate is left that trusts an
 * identity which no program keeps any longer.
 */
void withdraw_policy(void)
{
	struct pa_cell head = get_head();

	head.head.abi = 0;
	set_head(&head);
}

/**
 * replace_policy - put a policy in force, in one step
 * @cells: the policy
 */
void replace_policy(const struct cells *cells)
{
	int old = open_policy_map(), map = make_policy_map(cells, old);
	u32 zero = 0;

	if (bpf_map_update_elem(open_pin("policy"), &zero, &map, 0))
		die_errno("the policy cannot be put in force");
	close(map);
	close(old);
}

static void copy_text(struct cells *cells)
{
	const struct pa_head *head = &cells->cells[0].head;
	u32 len = cells->cells[1].origin.text_len;

	if (head->text > cells->nr ||
	    (cells->nr - head->text) * sizeof(struct pa_cell) < len)
		die("the policy in force is not understood");
	cells->text = strndup((const char *)&cells->cells[head->text],
			      len);
	cells->text_len = len;
	if (!cells->text)
		die_errno("memory");
}

/* Read some cells, not those from 0 on. */
static void read_cells(int map, struct cells *cells, u32 first, u32 nr)
{
	u32 before = first - 1, out, count = nr;
	u32 *keys = calloc(nr, sizeof(*keys));

	if (!keys)
		die_errno("memory");
	if ((bpf_map_lookup_batch(map, &before, &out, keys,
				  &cells->cells[first], &count, NULL) &&
	     errno != ENOENT) || count != nr)
		die_errno("the policy in force");
	free(keys);
}

/**
 * read_policy - read the policy in force: its head, origin, counters and text
 * @cells: where it is kept
 * @ports: also read which ports it reserves
 */
void read_policy(struct cells *cells, bool ports)
{
	struct bpf_map_info info = { };
	int map = open_policy_map();
	const struct pa_head *head;
	u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(map, &info, &len))
		die_errno("the policy in force");
	cells->nr = info.max_entries;
	cells->cells = calloc(cells->nr, sizeof(*cells->cells));
	if (!cells->cells)
		die_errno("memory");
	read_head(map, &cells->cells[0]);
	head = &cells->cells[0].head;
	if (!head->abi)
		die("no policy is loaded");
	if (cells->nr < PA_FIRST_RULE || head->abi != PA_ABI ||
	    !head->counters || head->counters >= cells->nr)
		die(OTHER_VERSION);
	read_cells(map, cells, 1, 1);
	read_cells(map, cells, head->counters, cells->nr - head->counters);
	if (ports)
		read_cells(map, cells, PA_FIRST_PORT, PA_PORT_CELLS);
	close(map);
	copy_text(cells);
}

/**
 * learn_ports - have each bind noted, or not
 * @cells: the policy, with its ports
 * @learn: the mode is PA_LEARN
 */
void learn_ports(struct cells *cells, bool learn)
{
	struct pa_port *p;
	u32 port;

	for (port = 1; port < PORTACL_NR_PORTS; port++) {
		p = &cells->cells[PA_FIRST_PORT + port / 4].ports[port % 4];
		p->kinds = learn ? p->kinds | PA_PORT_LEARN :
				   p->kinds & ~PA_PORT_LEARN;
	}
}

/**
 * store_ports - change what the policy in force knows of the ports
 * @cells: the policy in force; it differs only by learn_ports()
 *
 * Meanwhile some binds are noted and others are not.
 */
void store_ports(const struct cells *cells)
{
	u32 keys[PA_PORT_CELLS], nr = PA_PORT_CELLS, i;
	int map = open_policy_map();

	for (i = 0; i < nr; i++)
		keys[i] = PA_FIRST_PORT + i;
	if (bpf_map_update_batch(map, keys, &cells->cells[PA_FIRST_PORT], &nr,
				 NULL) || nr != PA_PORT_CELLS)
		die_errno("the mode cannot be changed");
	close(map);
}

struct pa_config get_config(void)
{
	int map = open_pin("config");
	struct pa_config config;
	u32 zero = 0;

	if (bpf_map_lookup_elem(map, &zero, &config))
		die_errno(PIN_DIR "/config");
	close(map);
	return config;
}

void set_config(const struct pa_config *config)
{
	int map = open_pin("config");
	u32 zero = 0;

	if (bpf_map_update_elem(map, &zero, config, 0))
		die_errno(PIN_DIR "/config");
	close(map);
}
