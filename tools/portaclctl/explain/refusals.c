// SPDX-License-Identifier: GPL-2.0-only
/*
 * A service that is refused tries again and again, so refusals of the same bind
 * for the same reason are explained once.
 */
#include "explain/refusals.h"
#include "kernel/log.h"

struct reader {
	struct refusal *refusals;
	u32 nr;
};

static void take_line(void *context, const char *line)
{
	struct reader *reader = context;
	struct record record;
	u32 nr = reader->nr;

	if (!record_read(&record, line))
		return;
	if (!record.denied) {
		record_free(&record);
		return;
	}
	make_room(reader->refusals, nr);
	reader->refusals[nr] = (struct refusal) {
		.record = record, .count = 1, .order = nr,
	};
	reader->nr++;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

/* Do they report the same?  The process may be another one. */
static int compare_binds(const struct record *a, const struct record *b)
{
	int diff = a->port - b->port;

	if (!diff)
		diff = a->proto - b->proto;
	if (!diff)
		diff = (a->uid > b->uid) - (a->uid < b->uid);
	if (!diff)
		diff = a->verified - b->verified;
	if (!diff)
		diff = compare_texts(a->exe, b->exe);
	if (!diff)
		diff = compare_texts(a->comm, b->comm);
	if (!diff)
		diff = compare_texts(a->addr, b->addr);
	if (!diff)
		diff = compare_texts(a->rule, b->rule);
	return diff ? diff : compare_texts(a->reason, b->reason);
}

static int compare_order(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;

	return (x->order > y->order) - (x->order < y->order);
}

static int compare(const void *a, const void *b)
{
	const struct refusal *x = a, *y = b;
	int diff = compare_binds(&x->record, &y->record);

	return diff ? diff : compare_order(a, b);
}

/* They are sorted; the last report of each bind stays. */
static u32 merge(struct refusal *refusals, u32 nr)
{
	u32 i, n = 0;

	for (i = 0; i < nr; i++) {
		struct refusal *last = n ? &refusals[n - 1] : NULL;

		if (!last || compare_binds(&last->record,
					   &refusals[i].record)) {
			refusals[n++] = refusals[i];
			continue;
		}
		record_free(&last->record);
		last->record = refusals[i].record;
		last->count++;
	}
	return n;
}

/**
 * refusals_read - read the refusals from the log on standard input
 * @nr: where their number is stored
 *
 * Return: the refusals, in the order of their first reports, for
 * refusals_free().
 */
struct refusal *refusals_read(u32 *nr)
{
	struct reader reader = { 0 };

	log_read_stdin(take_line, &reader);
	*nr = 0;
	if (!reader.nr)
		return NULL;
	qsort(reader.refusals, reader.nr, sizeof(*reader.refusals), compare);
	*nr = merge(reader.refusals, reader.nr);
	qsort(reader.refusals, *nr, sizeof(*reader.refusals), compare_order);
	return reader.refusals;
}

void refusals_free(struct refusal *refusals, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		record_free(&refusals[i].record);
	free(refusals);
}
