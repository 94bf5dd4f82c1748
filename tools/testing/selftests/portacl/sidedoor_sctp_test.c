// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCTP asks again for its local port when it sets up an association, and once
 * for each address that is added to a bound socket.
 */
#include "common.h"

#define SOL_SCTP 132
#define SCTP_SOCKOPT_BINDX_ADD 100
#define SCTP_GET_ASSOC_ID_LIST 29
#define SCTP_SOCKOPT_PEELOFF 102
#define SCTP_SOCKOPT_CONNECTX_OLD 107
#define SCTP_SOCKOPT_CONNECTX 110
#define LOCAL 8080

static const struct proto many = { "sctp", SOCK_SEQPACKET, IPPROTO_SCTP };

static int add_address(int fd, const char *addr, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, addr, port);

	return setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, &ss, len) ?
		       -errno : 0;
}

static int connectx(int fd, int option, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, "127.0.0.1", port);

	return setsockopt(fd, SOL_SCTP, option, &ss, len) < 0 ? -errno : 0;
}

static int by_connect(int fd, int port)
{
	return connect_fd(fd, "127.0.0.1", port);
}

static int by_connectx(int fd, int port)
{
	return connectx(fd, SCTP_SOCKOPT_CONNECTX, port);
}

static int by_connectx_old(int fd, int port)
{
	return connectx(fd, SCTP_SOCKOPT_CONNECTX_OLD, port);
}

static int by_sendmsg(int fd, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(&ss, "127.0.0.1", port);

	return sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, len) == 1 ?
		       0 : -errno;
}

FIXTURE(sctp_connect)
{
	int server;
	int port;
};

FIXTURE_VARIANT(sctp_connect)
{
	int (*associate)(int fd, int port);
};

/* clang-format off */
FIXTURE_VARIANT_ADD(sctp_connect, connect) { by_connect };
FIXTURE_VARIANT_ADD(sctp_connect, connectx) { by_connectx };
FIXTURE_VARIANT_ADD(sctp_connect, connectx_old) { by_connectx_old };
FIXTURE_VARIANT_ADD(sctp_connect, sendmsg) { by_sendmsg };
/* clang-format on */

FIXTURE_SETUP(sctp_connect)
{
	if (!has_proto(&many, "127.0.0.1"))
		SKIP(return, "no socket of protocol %d: %m",
		     many.protocol);
	if (!has_legacy_rule())
		SKIP(return, "this kernel has no privileged ports");
	ASSERT_EQ(0, reset_policy());
	self->server = open_bound(&many, "127.0.0.1", 0);
	ASSERT_LE(0, self->server);
	ASSERT_EQ(0, listen(self->server, 10));
	self->port = local_port(self->server);
}

FIXTURE_TEARDOWN(sctp_connect)
{
	close(self->server);
	EXPECT_EQ(0, reset_policy());
}

struct attempt {
	int (*associate)(int fd, int port);
	int local;
	int remote;
	const char *rules;
};

/*
 * Bind, have the policy changed by the parent, and associate.  As status: an
 * errno, plus 100 if already the bind failed.
 */
static int bind_and_associate(const struct subject *who,
			      const struct attempt *a)
{
	int ready[2], go[2], fd, err = 0;
	char byte = 0;
	pid_t pid;

	if (pipe(ready) || pipe(go))
		return CHILD_BROKEN;
	pid = fork();
	if (!pid) {
		close(ready[0]);
		close(go[1]);
		if (become(who))
			_exit(CHILD_BROKEN);
		fd = open_bound(&many, "127.0.0.1", a->local);
		if (fd < 0)
			_exit(100 - fd);
		if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1))
			_exit(CHILD_BROKEN);
		_exit(-a->associate(fd, a->remote));
	}
	close(ready[1]);
	close(go[0]);
	if (read(ready[0], &byte, 1) == 1 && a->rules)
		err = load_rules("%s", a->rules);
	close(ready[0]);
	/* The end of the pipe is the sign to go on. */
	close(go[1]);
	return err ? CHILD_BROKEN : wait_child(pid);
}

#define ASSOCIATE(who, local, rules)                                       \
	bind_and_associate(who, &(struct attempt){ variant->associate,     \
						   local, self->port,      \
						   rules })

TEST_F(sctp_connect, no_policy)
{
	EXPECT_EQ(0, ASSOCIATE(&user, LOCAL, NULL));
	EXPECT_EQ(0, ASSOCIATE(&root, 80, NULL));
	EXPECT_EQ(100 + EACCES, ASSOCIATE(&user, 80, NULL));
}

/* A process with the grant may also connect from the port. */
TEST_F(sctp_connect, grant)
{
	ASSERT_EQ(0, load_rules("allow sctp 80 uid=33 only"));
	EXPECT_EQ(0, ASSOCIATE(&user, 80, NULL));
	EXPECT_EQ(100 + EACCES, ASSOCIATE(&root, 80, NULL));
	/* Not any more once the grant is gone. */
	EXPECT_EQ(EACCES, ASSOCIATE(&user, 80, "allow sctp 80 uid=34"));
}

TEST_F(sctp_connect, deny)
{
	EXPECT_EQ(EACCES, ASSOCIATE(&user, LOCAL, "deny sctp 8080"));
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(EACCES, ASSOCIATE(&root, LOCAL, "deny sctp 8080"));
	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(0, ASSOCIATE(&root, LOCAL, "deny tcp,udp 8080"));
}

FIXTURE(sctp_bindx)
{
};

FIXTURE_SETUP(sctp_bindx)
{
	if (!has_proto(&sctp, "127.0.0.1"))
		SKIP(return, "no socket of protocol %d: %m",
		     sctp.protocol);
	ASSERT_EQ(0, reset_policy());
}

FIXTURE_TEARDOWN(sctp_bindx)
{
	EXPECT_EQ(0, reset_policy());
}

/* A second address with port 0 has the port of the first. */
TEST_F(sctp_bindx, second_address)
{
	int fd = open_bound(&sctp, "127.0.0.1", LOCAL);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, add_address(fd, "127.0.0.2", 0));
	EXPECT_EQ(0, add_address(fd, "127.0.0.3", LOCAL));
	ASSERT_EQ(0, load_rules("deny sctp 8080"));
	EXPECT_EQ(-EACCES, add_address(fd, "127.0.0.4", 0));
	EXPECT_EQ(-EACCES, add_address(fd, "127.0.0.4", LOCAL));
	ASSERT_EQ(0, load_rules("deny tcp,udp 8080"));
	EXPECT_EQ(0, add_address(fd, "127.0.0.4", 0));
	close(fd);
}

/* Several addresses in one call: one that is refused takes all back. */
TEST_F(sctp_bindx, packed)
{
	struct sockaddr_in both[2];
	int fd, i;

	for (i = 0; i < 2; i++) {
		struct sockaddr_storage ss;

		make_addr(&ss, i ? "127.0.0.2" : "127.0.0.1", LOCAL);
		memcpy(&both[i], &ss, sizeof(both[i]));
	}
	ASSERT_EQ(0, load_rules("deny sctp 8080 addr=127.0.0.2"));
	fd = socket_for(&sctp, "127.0.0.1");
	EXPECT_EQ(-1, setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, both,
				 sizeof(both)));
	EXPECT_EQ(EACCES, errno);
	close(fd);
	ASSERT_EQ(0, load_rules("deny sctp 8080 addr=127.0.0.3"));
	fd = socket_for(&sctp, "127.0.0.1");
	EXPECT_EQ(0, setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, both,
				sizeof(both)));
	close(fd);
}

/* Of an IPv6 socket, 0.0.0.0 is every address of IPv6, too. */
TEST_F(sctp_bindx, any_of_both)
{
	static const char *const any[] = { "0.0.0.0", "::ffff:0.0.0.0" };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(any); i++) {
		ASSERT_EQ(0, load_rules("deny sctp 8080 addr=::1"));
		fd = socket_for(&sctp, "::1");
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EACCES, bind_fd(fd, any[i], LOCAL));
		ASSERT_EQ(0, load_rules("default deny\n"
					"allow sctp 8080 addr=0.0.0.0/0"));
		EXPECT_EQ(-EACCES, bind_fd(fd, any[i], LOCAL));
		ASSERT_EQ(0, load_rules("default deny\n"
					"allow sctp 8080 addr=0.0.0.0/0,::/0"));
		EXPECT_EQ(0, bind_fd(fd, any[i], LOCAL));
		close(fd);
	}
	/* The control: an IPv4 socket does not listen on IPv6. */
	ASSERT_EQ(0, load_rules("default deny\n"
				"allow sctp 8080 addr=0.0.0.0/0"));
	EXPECT_EQ(0, try_bind(&root, &sctp, "0.0.0.0", LOCAL));
}

/* The socket of an accepted association is bound already. */
TEST_F(sctp_bindx, accepted)
{
	int server = open_bound(&sctp, "127.0.0.1", LOCAL);
	int client = socket_for(&sctp, "127.0.0.1"), fd;

	ASSERT_EQ(0, listen(server, 1));
	ASSERT_EQ(0, load_rules("deny sctp 8080"));
	ASSERT_EQ(0, connect_fd(client, "127.0.0.1", LOCAL));
	fd = accept(server, NULL, NULL);
	EXPECT_LE(0, fd);
	EXPECT_EQ(LOCAL, local_port(fd));
	EXPECT_EQ(1, send(fd, "x", 1, MSG_NOSIGNAL));
	close(fd);
	close(client);
	close(server);
}

/* A socket that is split off is bound as the one that it came from. */
TEST_F(sctp_bindx, peeled_off)
{
	int server = open_bound(&many, "127.0.0.1", LOCAL);
	int client = socket_for(&sctp, "127.0.0.1"), fd;
	struct {
		int assoc;
		int fd;
	} peel = { 0, -1 };
	socklen_t len = sizeof(peel);
	struct sctp_ids {
		__u32 nr;
		int id;
	} ids = { 0, 0 };
	socklen_t ids_len = sizeof(ids);

	ASSERT_EQ(0, listen(server, 1));
	ASSERT_EQ(0, connect_fd(client, "127.0.0.1", LOCAL));
	while (getsockopt(server, SOL_SCTP, SCTP_GET_ASSOC_ID_LIST, &ids,
			  &ids_len) || !ids.nr) {
		ids_len = sizeof(ids);
		usleep(1000);
	}
	peel.assoc = ids.id;
	fd = getsockopt(server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &peel, &len);
	ASSERT_LT(0, fd);
	EXPECT_EQ(LOCAL, local_port(fd));
	/* The control: an address may be added to it. */
	EXPECT_EQ(0, add_address(fd, "127.0.0.2", LOCAL));
	ASSERT_EQ(0, load_rules("deny sctp 8080"));
	EXPECT_EQ(-EACCES, add_address(fd, "127.0.0.3", LOCAL));
	close(fd);
	close(client);
	close(server);
}

/* A port that the kernel has picked was nobody's choice: it stays good. */
TEST_F(sctp_bindx, picked)
{
	int server = open_bound(&many, "127.0.0.1", LOCAL);
	int fd = open_bound(&many, "127.0.0.1", 0), port;

	ASSERT_EQ(0, listen(server, 1));
	port = local_port(fd);
	ASSERT_LT(0, port);
	ASSERT_EQ(0, load_rules("deny sctp %d", port));
	EXPECT_EQ(-EACCES, open_bound(&sctp, "127.0.0.2", port));
	EXPECT_EQ(0, connect_fd(fd, "127.0.0.1", LOCAL));
	EXPECT_EQ(0, add_address(fd, "127.0.0.2", 0));
	close(fd);
	close(server);
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
