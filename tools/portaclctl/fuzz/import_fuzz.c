// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer: FreeBSD's settings and authbind's files.  What is imported must be
 * a policy.  Errors end the tool, so exit() is caught here; what was allocated
 * until then is lost.
 */
#include <fcntl.h>
#include <setjmp.h>

#include "import/common.h"
#include "import/sources.h"

#define LINE "/etc/authbind/byuid/1000"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
void __wrap_exit(int status);
void NORETURN __real_exit(int status);

static jmp_buf out;
static bool inside;

void __wrap_exit(int status)
{
	if (inside)
		longjmp(out, 1);
	__real_exit(status);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	autofree char *command = NULL;

	(void)argc;
	(void)argv;
	/* run.sh makes a directory, and removes it. */
	root_dir = getenv("TMPDIR");
	stderr = fopen("/dev/null", "w");
	if (!root_dir || !stderr || !freopen("/dev/null", "w", stdout))
		abort();
	command = xasprintf("cd %s && mkdir -p etc/authbind/byuid etc/authbind/byaddr",
			    root_dir);
	return system(command);
}

static void write_text(const char *path, const char *text)
{
	autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (fd >= 0 && !write_all(fd, text, strlen(text)))
		abort();
}

/* The first line is a name in byaddr, all of it a user's file. */
static void read_authbind(const char *text)
{
	autofree char *user = in_root(LINE), *place = NULL;
	char name[64];
	size_t i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "\n"), text);
	for (i = 0; name[i]; i++)
		name[i] = name[i] == '/' ? ',' : name[i];
	place = xasprintf("%s/etc/authbind/byaddr/%s", root_dir, name);
	write_text(user, text);
	write_text(place, "");
	import_authbind();
	unlink(place);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);

	inside = true;
	if (!setjmp(out)) {
		if (*text == 'A')
			read_authbind(text + 1);
		else if (!strchr(text, '/') && strpbrk(text, ":=,"))
			import_mac_portacl(text, NULL, NULL);
	}
	inside = false;
	rules_forget();
	return 0;
}
