// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another thread changes the socket while its bind is being judged.
 */
#include "common.h"

#include <pthread.h>

static void *turn(void *fd)
{
	turn_to_v4(*(int *)fd, "::ffff:127.0.0.1", 9);
	return NULL;
}

/* Bind with an IPv4 address while the socket turns to IPv4: successes. */
static int race(const void *arg)
{
	int i, won = 0;

	for (i = 0; i < 100; i++) {
		int fd = socket(AF_INET6, SOCK_DGRAM, 0), n;
		pthread_t thread;

		if (pthread_create(&thread, NULL, turn, &fd))
			return CHILD_BROKEN;
		for (n = 0; n < 50; n++)
			won += !bind_fd(fd, "0.0.0.0", *(const int *)arg);
		pthread_join(thread, NULL);
		won += !bind_fd(fd, "0.0.0.0", *(const int *)arg);
		close(fd);
	}
	return won;
}

TEST(addrform_race)
{
	static const int port = 8080;

	ASSERT_EQ(0, reset_policy());
	EXPECT_EQ(100, run_as(&user, race, &port));
	ASSERT_EQ(0, load_rules("deny udp 8080"));
	EXPECT_EQ(0, run_as(&user, race, &port));
	ASSERT_EQ(0, reset_policy());
}

/* Until the socket is bound, after which it can be changed no more. */
static void *flip_v6only(void *fd)
{
	int on = 0;

	do {
		on = !on;
	} while (!setsockopt(*(int *)fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
			     sizeof(on)));
	return NULL;
}

/* Binds that serve IPv4 as well, while IPV6_V6ONLY goes on and off. */
static int race_v6only(const void *arg)
{
	int both = 0, i;

	(void)arg;
	for (i = 0; i < 100; i++) {
		int fd = socket(AF_INET6, SOCK_DGRAM, 0), v6only;
		socklen_t len = sizeof(v6only);
		pthread_t thread;

		if (pthread_create(&thread, NULL, flip_v6only, &fd))
			return CHILD_BROKEN;
		while (bind_fd(fd, "::", 80) == -EACCES)
			;
		pthread_join(thread, NULL);
		getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &len);
		both += !v6only;
		close(fd);
	}
	return both;
}

/* The address that is bound is the one that the rules were compared with. */
TEST(v6only_race)
{
	ASSERT_EQ(0, load_rules("allow udp 80 uid=33"));
	EXPECT_LT(0, run_as(&user, race_v6only, NULL));
	ASSERT_EQ(0, load_rules("allow udp 80 uid=33 addr=::/0 only"));
	EXPECT_EQ(0, run_as(&user, race_v6only, NULL));
	ASSERT_EQ(0, reset_policy());
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
