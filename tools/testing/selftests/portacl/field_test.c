// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases that people reported about other software; the numbers are those of
 * Documentation/security/portacl-reports.rst.
 */
#include "identity.h"

#define DENIED "portacl: denied "
#define LEARNT(what) \
	"exe=" SVC " verified=1 uid=33 proto=" what " outcome=legacy count=1 "

static char text[1 << 20];

FIXTURE(field)
{
	struct svc s;
	int log;
};

FIXTURE_SETUP(field)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_EQ(0, portacl_write("observed", "clear\n"));
	ASSERT_EQ(0, identity_install());
	self->log = kmsg_open(false);
}

FIXTURE_TEARDOWN(field)
{
	close(self->log);
	EXPECT_EQ(0, portacl_write("observed", "clear\n"));
	EXPECT_EQ(0, reset_policy());
	identity_remove();
}

/* Does the file have these words, in one line in this order? */
static bool has_line(const char *file, const char *words)
{
	return portacl_read(file, text, sizeof(text)) > 0 &&
	       strstr(text, words);
}

#define EXPECT_LINE(file, words)                        \
	do {                                            \
		EXPECT_TRUE(has_line(file, words))      \
		{                                       \
			TH_LOG("%.2000s", text);        \
		}                                       \
	} while (0)

static long long number_after(const char *file, const char *words)
{
	return has_line(file, words) ?
	       atoll(strstr(text, words) + strlen(words)) : 0;
}

/* The records of denials so far, of which the last one is kept in text. */
static int count_denials(int log)
{
	char *line;
	int n = 0;

	for (*text = '\0'; (line = kmsg_find(log, DENIED, n ? 1500 : 20000)); n++)
		snprintf(text, sizeof(text), "%s", line);
	return n;
}

#define EXPECT_ONE_DENIAL(words)                        \
	do {                                            \
		EXPECT_EQ(1, count_denials(self->log)); \
		EXPECT_NE(NULL, strstr(text, words))    \
		{                                       \
			TH_LOG("%s", text);             \
		}                                       \
	} while (0)

static const char *query(const char *question)
{
	static char answer[512];
	int fd = open(PORTACL_DIR "query", O_RDWR | O_CLOEXEC);
	ssize_t n = 0;

	if (!write_all(fd, question, strlen(question)))
		n = read(fd, answer, sizeof(answer) - 1);
	close(fd);
	answer[n < 1 ? 0 : n - 1] = '\0';
	return answer;
}

/* A server picks a random passive port that is reserved for another program. */
TEST_F(field, r03_reserved_passive_port)
{
	static const char *const reserved = "reason=\"reserved\" count=";
	static const char *const owner = "reason=\"wrong uid\" count=";
	long long by_only = number_after("stats", reserved);
	long long by_owner = number_after("stats", owner);
	int port;

	ASSERT_EQ(0, load_rules("allow udp 31500\n"
				"allow tcp 31500 uid=65533 only"));
	for (port = 31490; port < 31510; port++)
		EXPECT_EQ(port == 31500 ? EACCES : 0,
			  try_bind(&user, &tcp, "127.0.0.1", port));
	EXPECT_ONE_DENIAL(" port=31500 uid=33 ");
	/* The rule, whose uid= is the owner */
	EXPECT_NE(NULL, strstr(text, " rule=only reason=\"wrong uid\" nearest=2"))
	{
		TH_LOG("%s", text);
	}
	EXPECT_LINE("stats", "rule=2 grants=0 denies=1 ");
	EXPECT_EQ(by_only + 1, number_after("stats", reserved));
	EXPECT_EQ(by_owner, number_after("stats", owner));
}

static int bind_many(const void *arg)
{
	int port;

	for (port = 30000; port < 30000 + *(const int *)arg; port++)
		close(open_bound(&udp, "127.0.0.1", port));
	return 0;
}

/* A resolver that picks its ports itself, and a server that comes late. */
TEST_F(field, r05_random_ports)
{
	static const int many = 20000;
	long long lines = 0;
	char *at;

	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 81"));
	EXPECT_EQ(0, run_as(&user, bind_many, &many));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 80"));
	svc_stop(&self->s);

	EXPECT_LINE("observed", LEARNT("tcp port=81"));
	EXPECT_LINE("observed", LEARNT("tcp port=80"));
	for (at = text; (at = strstr(at, "exe=")); at++)
		lines++;
	EXPECT_GE(4096, lines);
	EXPECT_EQ(many + 2, lines + number_after("observed", "overflow="));
}

static int enter_jail(const struct launch *how)
{
	(void)how;
	return chroot(JAIL) || chdir("/") ? errno : 0;
}

/* A session of an FTP server: into its jail, to the user's uid, port 20. */
static int start_session(struct svc *s)
{
	struct launch how = { .path = SVC, .who = &root };

	return svc_start(s, &how) ?: ask(s, "chroot " JAIL) ?:
	       ask(s, "uid 1001 1001 1001");
}

/* Its data connection; the socket, or -errno. */
static int connect_from_20(struct svc *s, int server)
{
	int fd = ask_fd(s, "sendsocket 20");
	int err = connect_fd(fd, "127.0.0.1", local_port(server));

	return err ?: local_port(fd) == 20 ? fd : -EBADF;
}

TEST_F(field, r15_ftp_active_mode)
{
	struct launch jailed = { .path = "", .who = &root, .root = enter_jail };
	struct svc second;
	int servers[2], i;

	ASSERT_EQ(0, make_dirs(JAIL));
	for (i = 0; i < 2; i++) {
		servers[i] = open_bound(&tcp, "127.0.0.1", 0);
		ASSERT_EQ(0, listen(servers[i], 1));
	}
	ASSERT_EQ(0, start_session(&self->s));
	EXPECT_EQ(EACCES, ask(&self->s, "tcp 20"));
	ASSERT_EQ(0, load_rules("allow tcp 20 exe=" SVC " only"));
	EXPECT_LT(0, connect_from_20(&self->s, servers[0]));
	/* While the first one goes on; svc.c sets SO_REUSEADDR. */
	ASSERT_EQ(0, start_session(&second));
	EXPECT_LT(0, connect_from_20(&second, servers[1]));
	svc_stop(&second);
	svc_stop(&self->s);

	jailed.at = open(SVC, O_PATH | O_CLOEXEC);
	ASSERT_EQ(0, svc_start(&self->s, &jailed));
	EXPECT_STREQ("chroot", outcome_of(&self->s, "tcp 20"));
	svc_stop(&self->s);
}

#define HOME SVC_DIR "/home"
#define AT_HOME "allow tcp 80 exe=" HOME "/caddy uid=33 only"

/* A program in the home directory of its user. */
TEST_F(field, r24_program_at_home)
{
	ASSERT_EQ(0, own_mounts());
	ASSERT_EQ(0, make_dirs(HOME));
	ASSERT_EQ(0, mount("tmpfs", HOME, "tmpfs", MS_NOSUID, "mode=755"));
	ASSERT_EQ(0, copy_file(SVC, HOME "/caddy"));
	ASSERT_EQ(0, chown(HOME "/caddy", 33, 33));
	ASSERT_EQ(0, load_rules(AT_HOME));
	ASSERT_EQ(0, svc_run(&self->s, HOME "/caddy"));
	EXPECT_REFUSED(&self->s, AT_HOME, "nosuid mount");
	svc_stop(&self->s);

	ASSERT_EQ(0, mount(NULL, HOME, NULL, MS_REMOUNT | MS_BIND, NULL));
	ASSERT_EQ(0, svc_run(&self->s, HOME "/caddy"));
	EXPECT_REFUSED(&self->s, AT_HOME, "writable");
	svc_stop(&self->s);

	ASSERT_EQ(0, chown(HOME "/caddy", 0, 0));
	ASSERT_EQ(0, svc_run(&self->s, HOME "/caddy"));
	EXPECT_GRANTED(&self->s);
	svc_stop(&self->s);
	EXPECT_EQ(0, umount2(HOME, MNT_DETACH));
}

static int bind_and_listen(const void *arg)
{
	const struct endpoint *ep = arg;
	int fd = open_bound(ep->proto, ep->addr, ep->port);

	return fd < 0 ? -fd : listen(fd, 1) ? errno : 0;
}

/* As Go's net.Listen() does: protocol 262 */
TEST_F(field, r31_mptcp_is_tcp)
{
	static const struct endpoint granted = { &mptcp, "::", 80 };
	static const struct endpoint denied = { &mptcp, "::", 4444 };
	char *line;

	if (!has_proto(&mptcp, "::"))
		SKIP(return, "no MPTCP: %m");
	ASSERT_EQ(0, load_rules("allow tcp 80 uid=33\ndeny tcp 4444"));
	EXPECT_EQ(0, run_as(&user, bind_and_listen, &granted));
	EXPECT_EQ(EACCES, run_as(&root, bind_and_listen, &denied));
	EXPECT_ONE_DENIAL("denied proto=tcp addr=:: port=4444 uid=0 ");
	EXPECT_LINE("stats", "rule=1 grants=1 denies=0 ");
	EXPECT_LINE("stats", "rule=2 grants=0 denies=1 ");

	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, run_as(&user, bind_and_listen, &granted));
	EXPECT_LINE("observed", "proto=tcp port=80 outcome=grant count=1 ");
	line = strstr(text, "proto=");
	EXPECT_EQ(NULL, line ? strstr(line + 1, "proto=") : line);
}

/* SCTP, in its form that looks like TCP */
TEST_F(field, r37_sctp_one_to_one)
{
	static const struct subject hss = { .uid = 990, .gid = 990 };

	if (!has_proto(&sctp, "127.0.0.1"))
		SKIP(return, "no SCTP: %m");
	ASSERT_EQ(0, load_rules("default deny\nallow tcp 3868 uid=990"));
	EXPECT_EQ(0, try_bind(&hss, &tcp, "127.0.0.1", 3868));
	EXPECT_EQ(EACCES, try_bind(&hss, &sctp, "127.0.0.1", 3868));
	EXPECT_ONE_DENIAL("denied proto=sctp addr=127.0.0.1 port=3868 uid=990 ");

	ASSERT_EQ(0, load_rules("default deny\n"
				"allow sctp 3868,36412 uid=990"));
	EXPECT_EQ(0, try_bind(&hss, &sctp, "127.0.0.1", 3868));
	EXPECT_EQ(0, try_bind(&hss, &sctp, "127.0.0.1", 36412));
	EXPECT_EQ(EACCES, try_bind(&hss, &tcp, "127.0.0.1", 3868));
	EXPECT_STREQ("allow rule=1", query("sctp 3868 uid=990"));
	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(0, try_bind(&hss, &sctp, "127.0.0.1", 3868));
	EXPECT_LINE("observed",
		    "uid=990 proto=sctp port=3868 outcome=grant count=1 ");
}

#define WEB "allow tcp 80,443 exe=" SVC " uid=33 only"
#define OTHER_PROTO "reason=\"other protocol\" nearest=1"

/* A web server that also serves HTTP/3, under a rule that says tcp */
TEST_F(field, r38_quic)
{
	ASSERT_EQ(0, load_rules(WEB));
	ASSERT_EQ(0, svc_run(&self->s, SVC));
	EXPECT_EQ(0, ask(&self->s, "tcp 443"));
	EXPECT_EQ(EACCES, ask(&self->s, "udp 443"));
	EXPECT_ONE_DENIAL(" rule=default " OTHER_PROTO);
	EXPECT_STREQ("legacy " OTHER_PROTO,
		     query("udp 443 exe=" SVC " uid=33"));
	/* A rule for the protocol is nearer, whatever it says. */
	ASSERT_EQ(0, load_rules(WEB "\nallow udp 443 exe=" SVC " uid=34"));
	EXPECT_STREQ("legacy reason=\"wrong uid\" nearest=2",
		     query("udp 443 exe=" SVC " uid=33"));

	ASSERT_EQ(0, load_rules(WEB));
	ASSERT_EQ(0, portacl_write("mode", "learn\n"));
	EXPECT_EQ(EACCES, ask(&self->s, "udp 443"));
	EXPECT_LINE("observed", LEARNT("udp port=443"));
	svc_stop(&self->s);
}

int main(int argc, char **argv)
{
	return audit_main(argc, argv);
}
