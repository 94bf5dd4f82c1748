// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "policy.h"
#include "policy/cover.h"
#include "policy/names.h"
#include "system/listeners.h"
#include "system/process.h"
#include "system/sockets.h"

static json_t *json_listener(const struct bound *bound)
{
	struct process process = { 0 };
	json_t *json;

	if (bound->pid)
		process_read(&process, bound->pid);
	json = json_pack("{si so so sI ss sb}", "pid", bound->pid,
			 "comm", json_text(process.comm),
			 "exe", json_text(process.exe),
			 "uid", (json_int_t)bound->uid, "addr", bound->addr,
			 "kernel", bound->kernel);
	process_free(&process);
	return json;
}

json_t *json_listeners(u8 proto, u32 port)
{
	json_t *array = json_array();
	u32 i, nr;
	struct bound *bound = sockets_read(getpid(), &nr);

	for (i = 0; i < nr; i++)
		if (bound[i].port == port && bound[i].proto == proto)
			json_array_append_new(array, json_listener(&bound[i]));
	free(bound);
	return array;
}

json_t *json_texts(const struct list *texts)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < texts->len; i++)
		json_array_append_new(array, json_text(texts->items[i]));
	return array;
}

static const char *text_of(const json_t *item, const char *key)
{
	return json_string_value(json_object_get(item, key));
}

static void print_listener(const json_t *item)
{
	u32 uid = json_integer_value(json_object_get(item, "uid"));
	u32 pid = json_integer_value(json_object_get(item, "pid"));
	const char *name = name_of(NAME_USER, uid);

	printf("  %s by ", text_of(item, "addr"));
	if (pid)
		printf("%s[%u], %s,", text_of(item, "comm"), pid,
		       text_of(item, "exe"));
	else if (json_is_true(json_object_get(item, "kernel")))
		printf("a kernel socket, no process (WireGuard, NFS; for tcp also a program's MPTCP),");
	else
		printf("a process that %s,", geteuid() ? "only root sees" :
							 "does not show here");
	if (name)
		printf(" socket of %s\n", name);
	else
		printf(" socket of uid %u\n", uid);
}

void print_listeners(const json_t *listeners)
{
	json_t *item;
	size_t i;

	printf("listening now:\n");
	json_array_foreach(listeners, i, item)
		print_listener(item);
	if (!json_array_size(listeners))
		printf("  nobody\n");
}

static void print_texts(const char *title, const struct list *texts)
{
	size_t i;

	if (texts->len)
		printf("%s:\n", title);
	for (i = 0; i < texts->len; i++) {
		fputs("  ", stdout);
		print_clean(stdout, texts->items[i], strlen(texts->items[i]));
		putchar('\n');
	}
}

void print_steering(const struct steering *steering)
{
	print_texts("served without a bind", &steering->found);
	print_texts("cannot see", &steering->unseen);
}
