// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy language as the file `policy` takes it and gives it back.  Each
 * text that must be refused names the place, and has a neighbour that loads.
 */
#include "common.h"

static const struct {
	const char *text;
	int line;
	int column;
	const char *reason;
} bad[] = {
	/* clang-format off */
	{ "default legacy\n", 1, 1, "version" },
	{ "allow tcp 80\n", 1, 1, "version" },
	{ "commit\n", 1, 1, "version" },
	{ "version\n", 1, 8, "version" },
	{ "version 2\n", 1, 9, "version" },
	{ "version 1 2\n", 1, 11, "unexpected" },
	{ "version 1\r\n", 1, 9, "version" },
	{ "version 1\nversion 1\n", 2, 1, "repeated" },
	{ "version 1\ndefault\n", 2, 8, "expected" },
	{ "version 1\ndefault maybe\n", 2, 9, "expected" },
	{ "version 1\ndefault deny\n\ndefault deny\n", 4, 1, "repeated" },
	{ "version 1\npermit tcp 80\n", 2, 1, "unknown" },
	{ "version 1\nALLOW tcp 80\n", 2, 1, "unknown" },
	{ "version 1\ncommit now\n", 2, 8, "unexpected" },
	{ "version 1\ncommit generation=\n", 2, 19, "number" },
	{ "version 1\ncommit generation=-1\n", 2, 19, "number" },
	{ "version 1\ncommit generation=99999999999999999999\n", 2, 19,
	  "number" },
	{ "version 1\nallow\n", 2, 6, "protocol" },
	{ "version 1\nallow tcp\n", 2, 10, "ports" },
	{ "version 1\nallow icmp 80\n", 2, 7, "unknown or repeated name" },
	{ "version 1\nallow tcp,tcp 80\n", 2, 11, "repeated" },
	{ "version 1\nallow tcp, 80\n", 2, 11, "unknown or repeated name" },
	{ "version 1\nallow any,tcp 80\n", 2, 7, "unknown or repeated name" },
	{ "version 1\n\n# x\n  deny\ttcp 65616\n", 4, 12, "number out of range" },
	{ "version 1\nallow tcp 65536\n", 2, 11, "number out of range" },
	{ "version 1\nallow tcp 4294967376\n", 2, 11, "number out of range" },
	{ "version 1\nallow tcp 18446744073709551696\n", 2, 11, "number out of range" },
	{ "version 1\nallow tcp 0\n", 2, 11, "port 0" },
	{ "version 1\nallow tcp 0-80\n", 2, 11, "port 0" },
	{ "version 1\nallow tcp 80-79\n", 2, 11, "before it starts" },
	{ "version 1\nallow tcp 80-\n", 2, 14, "number" },
	{ "version 1\nallow tcp -80\n", 2, 11, "number" },
	{ "version 1\nallow tcp 80-90-100\n", 2, 14, "number" },
	{ "version 1\nallow tcp 80,\n", 2, 14, "number" },
	{ "version 1\nallow tcp 80,,81\n", 2, 14, "number" },
	{ "version 1\nallow tcp +80\n", 2, 11, "number" },
	{ "version 1\nallow tcp 080\n", 2, 11, "number" },
	{ "version 1\nallow tcp 0x50\n", 2, 11, "number" },
	{ "version 1\nallow tcp 80 81\n", 2, 14, "unknown" },
	{ "version 1\nallow tcp http\n", 2, 11, "number" },
	{ "version 1\nallow tcp 80 quick\n", 2, 14, "unknown word" },
	{ "version 1\nallow tcp 80 user=33\n", 2, 14, "unknown key" },
	{ "version 1\nallow tcp 80 uid=\n", 2, 18, "empty" },
	{ "version 1\nallow tcp 80 uid= 33\n", 2, 18, "empty" },
	{ "version 1\nallow tcp 80 uid=33 uid=34\n", 2, 21, "repeated" },
	{ "version 1\nallow tcp 80 only only\n", 2, 19, "repeated" },
	{ "version 1\nallow tcp 80 uid=-1\n", 2, 18, "number" },
	{ "version 1\nallow tcp 80 uid=4294967295\n", 2, 18, "number out of range" },
	{ "version 1\nallow tcp 80 uid=4294967296\n", 2, 18, "number out of range" },
	{ "version 1\nallow tcp 80 uid=34-33\n", 2, 18, "before it starts" },
	{ "version 1\nallow tcp 80 uid=www-data\n", 2, 18, "number" },
	{ "version 1\nallow tcp 80 gid=\n", 2, 18, "empty" },
	{ "version 1\nallow tcp 80 gid=4294967295\n", 2, 18, "number out of range" },
	{ "version 1\nallow tcp 80 exe=\n", 2, 18, "empty" },
	{ "version 1\nallow tcp 80 exe=nginx\n", 2, 18, "path" },
	{ "version 1\nallow tcp 80 exe=/usr//sbin\n", 2, 23, "path" },
	{ "version 1\nallow tcp 80 exe=/usr/./x\n", 2, 23, "path" },
	{ "version 1\nallow tcp 80 exe=/usr/../x\n", 2, 23, "path" },
	{ "version 1\nallow tcp 80 exe=/usr/\n", 2, 23, "path" },
	{ "version 1\nallow tcp 80 exe=/a\\40b\n", 2, 20, "path" },
	{ "version 1\nallow tcp 80 exe=/a\\000b\n", 2, 20, "path" },
	{ "version 1\nallow tcp 80 exe=/a\\400b\n", 2, 20, "path" },
	{ "version 1\nallow tcp 80 exe=/a b\n", 2, 21, "unknown" },
	{ "version 1\nallow tcp 80 cgroup=x.slice\n", 2, 21, "path" },
	{ "version 1\nallow tcp 80 addr=\n", 2, 19, "empty" },
	{ "version 1\nallow tcp 80 addr=1.2.3\n", 2, 19, "address" },
	{ "version 1\nallow tcp 80 addr=1.2.3.256\n", 2, 19, "address" },
	{ "version 1\nallow tcp 80 addr=1.2.3.4,\n", 2, 27, "address" },
	{ "version 1\nallow tcp 80 addr=1.2.3.4/33\n", 2, 27, "number out of range" },
	{ "version 1\nallow tcp 80 addr=1.2.3.4/24\n", 2, 19, "prefix" },
	{ "version 1\nallow tcp 80 addr=::1/129\n", 2, 23, "number out of range" },
	{ "version 1\nallow tcp 80 addr=1::2::3\n", 2, 19, "address" },
	{ "version 1\nallow tcp 80 addr=localhost\n", 2, 19, "address" },
	{ "version 1\nallow tcp 80 addr=0.0.0.0/32\n", 2, 19, "0.0.0.0/0" },
	{ "version 1\nallow tcp 80 addr=::1,::/128\n", 2, 23, "::/0" },
	{ "version 1\nallow tcp 80 net=host\n", 2, 18, "net=" },
	{ "version 1\nallow tcp 80 launch=user\n", 2, 21, "launch=" },
	{ "version 1\nallow tcp 80 exe=/x uid=1 accept=traced\n", 2, 34,
	  "unknown" },
	{ "version 1\nallow tcp 80 exe=/x uid=1 accept=env,env\n", 2, 38,
	  "repeated" },
	{ "version 1\nallow tcp 80 exe=/x accept=env\n", 2, 1, "accept=" },
	{ "version 1\nallow tcp 80 exe=/x cgroup=/ accept=env\n", 2, 1,
	  "accept=" },
	{ "version 1\ndeny tcp 80 exe=/x uid=1 accept=env\n", 2, 1,
	  "accept=" },
	{ "version 1\ndeny tcp 80 only\n", 2, 1, "only" },
	{ "version 1\nallow tcp 80 log nolog\n", 2, 1, "log" },
	/* clang-format on */
};

static const char *const good[] = {
	"default legacy", "default allow\nallow tcp 80", "  deny\ttcp 1 # x",
	"allow any any", "allow tcp,udp 1-65535", "allow tcp 80-80,81",
	"allow sctp,udplite,dccp 9", "allow tcp 80 uid=4294967294",
	"allow tcp 80 uid=0 gid=0,4294967294", "allow tcp 80 exe=/a\\040b",
	"allow tcp 80 addr=0.0.0.0/0,::/0", "allow tcp 80 addr=1.2.3.0/24,::1",
	"allow tcp 80 net=init launch=root", "allow tcp 80 net=any cgroup=/a/b",
	"allow tcp 80 exe=/x uid=1 accept=env,nnp,chroot,writable",
	"allow tcp 80 uid=1 accept=env",
	"allow tcp 80 exe=/x launch=root accept=nnp only log",
	"deny tcp 80 nolog", "",
};

FIXTURE(grammar)
{
	char before[4096];
};

FIXTURE_SETUP(grammar)
{
	ASSERT_EQ(0, reset_policy());
	ASSERT_LT(0, portacl_read("policy", self->before,
				  sizeof(self->before)));
}

FIXTURE_TEARDOWN(grammar)
{
	EXPECT_EQ(0, reset_policy());
}

TEST_F(grammar, refused)
{
	char now[4096] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *error;
		char place[64];

		EXPECT_EQ(-EINVAL, portacl_write("policy", bad[i].text))
		{
			TH_LOG("%s", bad[i].text);
		}
		snprintf(place, sizeof(place), "line %d, column %d: ",
			 bad[i].line, bad[i].column);
		error = status_value("error");
		EXPECT_TRUE(!strncmp(error, place, strlen(place)) &&
			    strstr(error, bad[i].reason))
		{
			TH_LOG("%s: %s, expected %s%s", bad[i].text, error,
			       place, bad[i].reason);
		}
	}
	portacl_read("policy", now, sizeof(now));
	EXPECT_STREQ(self->before, now);
}

TEST_F(grammar, nul_byte)
{
	static const char text[] = "version 1\nallow tcp 80\0 uid=33\ncommit\n";
	int fd = open(PORTACL_DIR "policy", O_WRONLY | O_CLOEXEC);
	char now[4096] = "";

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINVAL, write_all(fd, text, sizeof(text) - 1));
	close(fd);
	EXPECT_EQ(0, strncmp(status_value("error"), "line 2, column 13: ", 19))
	{
		TH_LOG("%s", status_value("error"));
	}
	portacl_read("policy", now, sizeof(now));
	EXPECT_STREQ(self->before, now);
}

/* Each comma of the path is four bytes when it is read back. */
TEST_F(grammar, too_long_in_canonical_form)
{
	char *text = malloc(80000), *end = text, now[4096] = "";
	int uid;

	end += sprintf(end, "version 1\nallow tcp 80 uid=0");
	for (uid = 2; end - text < 60000; uid += 2)
		end += sprintf(end, ",%d", uid);
	end += sprintf(end, " exe=/");
	memset(end, ',', 4000);
	sprintf(end + 4000, "\ncommit\n");
	EXPECT_EQ(-E2BIG, portacl_write("policy", text));
	EXPECT_STRNE("none", status_value("error"));
	portacl_read("policy", now, sizeof(now));
	EXPECT_STREQ(self->before, now);
	free(text);
}

/* The text that is read loads again and reads the same, byte for byte. */
TEST_F(grammar, accepted)
{
	char first[4096], second[4096];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, load_rules("%s", good[i]))
		{
			TH_LOG("%s: %s", good[i], status_value("error"));
		}
		ASSERT_LT(0, portacl_read("policy", first, sizeof(first)));
		EXPECT_EQ(0, portacl_write("policy", first));
		ASSERT_LT(0, portacl_read("policy", second, sizeof(second)));
		EXPECT_STREQ(first, second);
	}
}

/* As it might be written, and as it is read. */
static const char written[] =
	"  allow udp,tcp 443,85-90,80-85  gid=7 uid=5,3,4,9 exe=/\\141\\040\\073b # 1\n"
	"\n"
	"deny udplite,dccp,tcp,udp,sctp 1-65535 nolog\n"
	"allow sctp 9 only log launch=root net=any addr=::ffff:127.0.0.0/104,::1 uid=1 cgroup=/a.b\n";
static const char canonical[] =
	"version 1\n"
	"default legacy\n"
	"allow tcp,udp 80-90,443 exe=/a\\040\\073b uid=3-5,9 gid=7\n"
	"deny any any nolog\n"
	"allow sctp 9 uid=1 addr=127.0.0.0/8,::1 net=any cgroup=/a.b launch=root only log\n"
	"commit\n";

TEST_F(grammar, canonical)
{
	char text[4096], digest[65] = "", sum[128];
	FILE *p;

	ASSERT_EQ(0, load_rules("%s", written));
	ASSERT_LT(0, portacl_read("policy", text, sizeof(text)));
	EXPECT_STREQ(canonical, text);
	EXPECT_STREQ("3", status_value("rules"));

	/* The digest is that of the text as it is read. */
	save_status(digest, sizeof(digest), "digest");
	p = popen("sha256sum " PORTACL_DIR "policy", "r");
	ASSERT_NE(NULL, p);
	ASSERT_NE(NULL, fgets(sum, sizeof(sum), p));
	pclose(p);
	EXPECT_EQ(0, strncmp(digest, sum, 64))
	{
		TH_LOG("%s %s", digest, sum);
	}
}

int main(int argc, char **argv)
{
	need_portacl();
	return test_harness_run(argc, argv);
}
