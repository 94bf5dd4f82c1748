// SPDX-License-Identifier: GPL-2.0-only
/*
 * The code of an attacker: bind tcp port 80 of the loopback address.  A program, and
 * with SHARED a library, which does so as soon as it is loaded.  With URING, io_uring
 * binds; URING are the flags of its setup.
 */
#include <arpa/inet.h>
#include <errno.h>
#ifdef URING
#include <liburing.h>
#endif
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Returns 0 or a negative error number. */
static int try_bind(int sock, struct sockaddr_in *addr)
{
#ifdef URING
	const int op_bind = 56; /* IORING_OP_BIND, since Linux 6.11 */
	struct io_uring_cqe *cqe;
	struct io_uring ring;
	int err;

	err = io_uring_queue_init(1, &ring, URING);
	if (err)
		return err;
	io_uring_prep_rw(op_bind, io_uring_get_sqe(&ring), sock, addr, 0,
			 sizeof(*addr));
	io_uring_submit(&ring);
	err = io_uring_wait_cqe(&ring, &cqe);
	return err ? err : cqe->res;
#else
	return bind(sock, (struct sockaddr *)addr, sizeof(*addr)) ? -errno : 0;
#endif
}

static int attack(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int err = try_bind(socket(AF_INET, SOCK_STREAM, 0), &addr);

	if (err) {
		dprintf(1, "evil: bind: %s\n", strerror(-err));
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
