// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: what the kernel says of its sockets, and nft of its rules.
 */
#include "lib/cleanup.h"
#include "system/redirect.h"
#include "system/sockets.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

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

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size && *data == '{')
		read_rules(data, size);
	else
		read_sockets(data, size);
	return 0;
}
