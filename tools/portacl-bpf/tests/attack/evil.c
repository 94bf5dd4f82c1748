// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of an attacker: bind tcp port 80 of the loopback address.  A program, and
 * with SHARED a library, which does so as soon as it is loaded.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int attack(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		dprintf(1, "evil: bind: %s\n", strerror(errno));
		return 1;
	}
	dprintf(1, "evil: SUCCESS\n");
	return 0;
}

#ifdef SHARED
/* For LD_AUDIT. */
unsigned int la_version(unsigned int version)
{
	return version;
}

__attribute__((constructor)) static void at_load(void)
{
	attack();
}
#else
int main(void)
{
	return attack();
}
#endif
