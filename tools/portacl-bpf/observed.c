// SPDX-License-Identifier: GPL-2.0-only
/*
 * The binds that mode learn observed, as the kernel module prints them.
 */
#include <linux/kernel.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach.h"
#include "lex.h"
#include "print.h"

typedef int (*take_t)(int map, void *from, void *to, void *keys, void *values,
		      __u32 *nr, const struct bpf_map_batch_opts *options);
typedef void (*show_t)(const struct pa_what *what, const struct pa_seen *seen);

/* Store the path, of @seen->len bytes. */
static void join_names(char *path, const struct pa_seen *seen)
{
	const char *name = seen->names;
	u32 left = seen->len, len;

	path[left] = '\0';
	for (; left; name += len + 1) {
		len = strnlen(name, left - 1);
		left -= len;
		memcpy(path + left, name, len);
		path[--left] = '/';
	}
}

static void show(const struct pa_what *what, const struct pa_seen *seen)
{
	bool known = seen->known && seen->len <= PA_MAX_PATH, verified;
	char path[PA_MAX_PATH + 1] = "", line[4096];
	struct seq_buf s;

	if (known)
		join_names(path, seen);
	verified = known && what->verified &&
		   bpf_ops.hash(path, strlen(path)) == what->exe;
	seq_buf_init(&s, line, sizeof(line));
	seq_buf_puts(&s, known ? "exe=" : "exe=?");
	portacl_print_path(&s, path);
	seq_buf_printf(&s, " verified=%d uid=%u proto=%s port=%u", verified,
		       what->uid, portacl_protos[what->proto], what->port);
	seq_buf_printf(&s, " outcome=%s count=%llu taint=",
		       portacl_outcomes[what->action], seen->count);
	if (what->taint)
		portacl_print_names(&s, portacl_taints, what->taint);
	else
		seq_buf_puts(&s, "none");
	printf("%.*s\n", (int)s.len, line);
}

/* Read a map once from its start to its end, while the programs may write to it. */
static void take_all(const char *pin, take_t take, show_t show)
{
	struct pa_what *keys = calloc(PA_MAX_OBSERVED, sizeof(*keys));
	struct pa_seen *values = calloc(PA_MAX_OBSERVED, sizeof(*values));
	u32 at, nr = 0, i;
	void *from = NULL;
	int map = open_pin(pin);
	bool more;

	if (!keys || !values)
		die_errno("memory");
	do {
		nr = PA_MAX_OBSERVED;
		more = !take(map, from, &at, keys, values, &nr, NULL);
		if (!more && errno != ENOENT)
			die_errno(PIN_DIR "/%s", pin);
		for (i = 0; show && i < nr; i++)
			show(&keys[i], &values[i]);
		from = &at;
	} while (more);
	close(map);
	free(values);
	free(keys);
}

/**
 * print_observed - print the observations
 */
void print_observed(void)
{
	int map = open_pin("overflow");
	u32 zero = 0;
	u64 lost;

	use_secret();
	take_all("observed", bpf_map_lookup_batch, show);
	if (bpf_map_lookup_elem(map, &zero, &lost))
		die_errno(PIN_DIR "/overflow");
	close(map);
	printf("overflow=%llu\n", lost);
}

/**
 * clear_observed - forget the observations
 */
void clear_observed(void)
{
	int map = open_pin("overflow");
	u32 zero = 0;
	u64 none = 0;

	take_all("observed", bpf_map_lookup_and_delete_batch, NULL);
	take_all("shares", bpf_map_lookup_and_delete_batch, NULL);
	if (bpf_map_update_elem(map, &zero, &none, 0))
		die_errno(PIN_DIR "/overflow");
	close(map);
}
