// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: what the kernel, nft, systemd, sshd, the logs, programs and the last
 * good policy say.
 */
#include <fcntl.h>

#include "explain/denials.h"
#include "kernel/observed.h"
#include "lib/cleanup.h"
#include "policy/json.h"
#include "policy/lastgood.h"
#include "system/diag.h"
#include "system/libraries.h"
#include "system/redirect.h"
#include "system/sockets.h"
#include "system/sshd.h"
#include "system/systemctl.h"
#include "system/unitparse.h"
#include "system/units.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Ask about the units that were read, as other parts of the tool do. */
static void read_answers(struct unit *units, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		autofree char *nosuid = unit_nosuid(&units[i], "/usr/bin/env");
		autofree char *cgroup = unit_cgroup(&units[i]);
		autofree char *user = unit_user(&units[i]);

		unit_clear(&units[i]);
	}
	free(units);
}

static void read_rules(const u8 *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	struct steering steering = { 0 };

	steering_nft(&steering, text, PORTACL_TCP, 80);
	steering_free(&steering);
}

static void read_sockets(const u8 *data, size_t size)
{
	/* Aligned as a buffer of recv() is, and of that size to the byte. */
	autofree void *copy = memcpy(xrealloc(NULL, 1, max(size, (size_t)1)),
				     data, size);
	struct sockets sockets = { 0 };
	int error;
	u32 i;

	diag_take(&sockets, PORTACL_SCTP, false, copy, size, &error);
	for (i = 0; i < sockets.nr; i++)
		if (sockets.items[i].state >= BOUND_NR_STATES ||
		    !sockets.items[i].port)
			abort();
	sockets_free(&sockets);
}

/* A unit file. */
static void read_unit(char *text)
{
	struct unit *units = NULL;
	u32 nr = 0;

	unit_take_text(unit_add(&units, &nr, "fuzz.service"), text);
	read_answers(units, nr);
}

/* The output of `systemctl show`. */
static void read_systemctl(char *text)
{
	struct unit *units = NULL;
	u32 nr = 0;

	systemctl_take(&units, &nr, text);
	read_answers(units, nr);
}

/* The output of `systemctl list-unit-files`. */
static void read_names(char *text)
{
	struct list names = { 0 };

	systemctl_names(&names, text);
	list_free(&names);
}

static void read_ipvs(char *text)
{
	struct steering steering = { 0 };

	steering_ipvs(&steering, text, PORTACL_TCP, 80);
	steering_free(&steering);
}

static void read_sshd(char *text)
{
	struct list places = { 0 };
	struct request request;
	size_t i;

	sshd_take(&places, text);
	for (i = 0; i < places.len; i++) {
		autofree char *line = xasprintf("tcp %s uid=0",
						places.items[i]);

		/* It exits if the place is not one that a request may have. */
		request_read(&request, line);
		request_free(&request);
	}
	list_free(&places);
}

static void read_observed(char *text)
{
	u32 i, nr;
	autofree struct observed *seen = observed_read(text, &nr);

	observed_sort(seen, nr);
	for (i = 0; i < nr; i++)
		free(seen[i].exe);
}

/* The programs that the last good policy names. */
static void read_last_good(char *text)
{
	autofree char *data = xasprintf("#\n%s\nversion 1\ncommit\n", text);
	struct last_good last = {
		.data = data, .text = strstr(data, "\nversion ") + 1,
	};
	u32 nr;
	struct stale *stale = last_good_stale(&last, &nr);

	stale_free(stale, nr);
}

static void write_file(const char *path, const void *data, size_t size)
{
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || !write_all(fd, data, size))
		abort();
}

/* The file as it is stored, with a digest that need not be right. */
static void read_stored(char *text)
{
	autofree char *path = in_root(LAST_GOOD), *why = NULL;
	struct last_good last;

	write_file(path, text, strlen(text));
	last_good_read(&last, &why);
	last_good_free(&last);
}

static void read_program(const u8 *data, size_t size)
{
	autofree char *path = in_root("/program"), *library = NULL;

	write_file(path, data, size);
	library = missing_library(path);
}

static void read_log(char *text)
{
	struct subject subject = {
		.process = { .exe = "/usr/sbin/nginx" },
		.proto = "tcp", .port = 80,
	};
	autofree char *path = in_root("/var/log/audit/audit.log");
	struct denial denial;

	write_file(path, text, strlen(text));
	find_denial(&subject, &denial);
	free(denial.text);
}

/* A report of portacl. */
static void read_report(char *text)
{
	struct record record;
	struct request request = { 0 };

	if (!record_read(&record, text))
		return;
	if (!record.text || !record.port ||
	    record.proto >= PORTACL_NR_PROTOS ||
	    (record.exe && *record.exe != '/'))
		abort();
	json_decref(json_record(&record, record.time));
	request_set_record(&request, &record);
	request_free(&request);
	record_free(&record);
}

static const struct {
	char kind;
	void (*read)(char *text);
} readers[] = {
	{ 'U', read_unit }, { 'S', read_systemctl }, { 'D', read_sshd },
	{ 'O', read_observed }, { 'G', read_last_good }, { 'L', read_log },
	{ 'R', read_report }, { 'M', read_stored }, { 'N', read_names },
	{ 'I', read_ipvs },
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	autofree char *command = NULL;

	(void)argc;
	(void)argv;
	/* run.sh makes a directory, and removes it. */
	root_dir = getenv("TMPDIR");
	if (!root_dir)
		abort();
	command = xasprintf("mkdir -p %s/var/log/audit %s/var/lib/portacl",
			    root_dir, root_dir);
	return system(command);
}

/* The first byte says whose text it is. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 i;

	for (i = 0; size && i < ARRAY_SIZE(readers); i++) {
		if (readers[i].kind == *data) {
			autofree char *text = xstrndup((const char *)data + 1,
						       size - 1);

			readers[i].read(text);
			return 0;
		}
	}
	if (size && *data == '{')
		read_rules(data, size);
	else if (size && *data == 0x7f)
		read_program(data, size);
	else
		read_sockets(data, size);
	return 0;
}
