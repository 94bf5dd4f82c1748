/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bind(2) through io_uring, without its library.
 */
#ifndef _SELFTESTS_PORTACL_SVC_URING_H
#define _SELFTESTS_PORTACL_SVC_URING_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define URING_OP_BIND 56 /* IORING_OP_BIND, since 6.11 */
#define URING_ENTRIES 4

/**
 * struct uring - the rings of one entry at a time
 * @fd: the io_uring
 * @params: what the kernel said about it
 * @sq: the submission ring; the completion ring lies in it too
 * @sqes: the submission entries
 */
struct uring {
	int fd;
	struct io_uring_params params;
	char *sq;
	struct io_uring_sqe *sqes;
};

static inline int uring_open(struct uring *ring, unsigned int flags)
{
	struct io_uring_params *p = &ring->params;
	size_t size;

	memset(ring, 0, sizeof(*ring));
	p->flags = flags;
	ring->fd = syscall(SYS_io_uring_setup, URING_ENTRIES, p);
	if (ring->fd < 0)
		return errno;
	size = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	ring->sq = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, URING_ENTRIES * sizeof(*ring->sqes),
			  PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			  ring->fd, IORING_OFF_SQES);
	return ring->sq == MAP_FAILED || ring->sqes == MAP_FAILED ? ENOMEM : 0;
}

/* Submits @sqes[0] and returns its result. */
static inline int uring_run(struct uring *ring)
{
	struct io_uring_params *p = &ring->params;
	unsigned int *tail = (void *)(ring->sq + p->sq_off.tail);
	unsigned int *array = (void *)(ring->sq + p->sq_off.array);
	unsigned int *head = (void *)(ring->sq + p->cq_off.head);
	unsigned int mask = *(unsigned int *)(ring->sq + p->cq_off.ring_mask);
	struct io_uring_cqe *cqes = (void *)(ring->sq + p->cq_off.cqes);
	int ret;

	array[*tail & (p->sq_entries - 1)] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1,
		    IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL,
		    0) < 0)
		return -errno;
	ret = cqes[*head & mask].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return ret;
}

/* 0 or an errno; EINVAL: this kernel's io_uring cannot bind. */
static inline long uring_bind(int port, unsigned int flags)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int sock = socket(AF_INET, SOCK_STREAM, 0);
	struct uring ring;
	int ret = uring_open(&ring, flags);

	if (!ret) {
		memset(ring.sqes, 0, sizeof(*ring.sqes));
		ring.sqes->opcode = URING_OP_BIND;
		ring.sqes->fd = sock;
		ring.sqes->addr = (unsigned long)&sin;
		ring.sqes->off = sizeof(sin); /* addr2: addrlen */
		ret = -uring_run(&ring);
	}
	close(ring.fd);
	close(sock);
	return ret;
}

#endif /* _SELFTESTS_PORTACL_SVC_URING_H */
