// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/util.h"

const char *root_dir = "";

/* @error is an errno, 0: none.  A warning may be kept for JSON instead. */
static void message(bool warning, const char *fmt, va_list args, int error)
{
	struct buf text = { 0 };

	buf_puts(&text, "portaclctl: ");
	buf_vprint(&text, fmt, args);
	if (error)
		buf_print(&text, ": %s", strerror(error));
	buf_puts(&text, "\n");
	if (!warning || !collect_message(text.text + strlen("portaclctl: ")))
		print_lines_err(text.text);
	free(text.text);
}

void warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message(true, fmt, args, 0);
	va_end(args);
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	message(false, fmt, args, 0);
	exit(EXIT_ERROR);
}

void die_errno(const char *fmt, ...)
{
	int error = errno;
	va_list args;

	va_start(args, fmt);
	message(false, fmt, args, error);
	exit(EXIT_ERROR);
}

/* Exit, but not with success if what was printed could not be written. */
void finish(int status)
{
	if (fflush(stdout) || ferror(stdout))
		die_errno("standard output");
	exit(status);
}

char *in_root(const char *path)
{
	return xasprintf("%s%s", root_dir, path);
}

/* Twice what the kernel takes as a policy.  A device may have no end. */
#define MAX_FILE (256U << 20)

/* All that can be read, ended by a NUL that @len does not count, or NULL. */
char *read_fd(int fd, size_t *len)
{
	struct buf buf = { 0 };
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0 && buf.len > MAX_FILE) {
			n = -1;
			errno = EFBIG;
		}
		if (n < 0) {
			free(buf.text);
			return NULL;
		}
		buf_add(&buf, chunk, n);
	}
	buf_puts(&buf, "");
	if (len)
		*len = buf.len;
	return buf.text;
}

char *read_file(const char *path, size_t *len)
{
	int error, fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_fd(fd, len);
	error = errno;
	close(fd);
	errno = error;
	return text;
}

/* The first line of a file, or NULL. */
char *read_line_file(const char *path)
{
	char *text = read_file(path, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}

bool write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, min(len, (size_t)1 << 20));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		len -= n;
	}
	return true;
}

int compare_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return (x > y) - (x < y);
}

/* Add a range to a list of ports. */
void add_range(struct buf *list, u32 min, u32 max)
{
	buf_printf(list, "%s%u", list->len ? "," : "", min);
	if (max > min)
		buf_printf(list, "-%u", max);
}

/* The first of the sorted items that does not come before the key. */
u32 find_first(const void *key, const void *items, u32 nr, size_t size,
	       int (*compare)(const void *a, const void *b))
{
	u32 low = 0, high = nr;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (compare((const char *)items + middle * size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A child with a pipe to or from it, which both have both ends of. */
pid_t fork_piped(int fds[2])
{
	pid_t pid;

	fflush(stdout);
	if (pipe(fds))
		die_errno("pipe");
	pid = fork();
	if (pid < 0)
		die_errno("fork");
	return pid;
}

bool parse_number(const char *text, u32 max, u32 *value)
{
	return *text && strspn(text, "0123456789") == strlen(text) &&
	       !kstrtouint(text, 10, value) && *value <= max;
}

/*
 * The value of `key=value` among words, or of `key value` at the start of a
 * line; a value in double quotes may hold blanks.  NULL: it is not there.
 */
char *get_field(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *at;

	for (at = text; (at = strstr(at, key)); at += len) {
		char mark = at[len];
		bool start = at == text || at[-1] == '\n';
		const char *value = at + len + 1;

		if (!(mark == ' ' && start) &&
		    !(mark == '=' && (start || at[-1] == ' ')))
			continue;
		if (*value == '"')
			return xstrndup(value + 1, strcspn(value + 1, "\""));
		return xstrndup(value, strcspn(value, mark == '=' ? " \n" :
							   "\n"));
	}
	return NULL;
}

/* The number behind a key, as get_field() finds it, or @otherwise. */
u64 get_number(const char *text, const char *key, u64 otherwise)
{
	autofree char *value = get_field(text, key);

	return value && isdigit((unsigned char)*value) ?
	       strtoull(value, NULL, 10) : otherwise;
}

/* A name in an audit record: in quotes or, if it has odd bytes, in hexadecimal. */
char *get_name(const char *text, const char *key)
{
	autofree char *quoted = xasprintf(" %s=\"", key);
	char *name = get_field(text, key);
	size_t len = name ? strlen(name) : 0, i;
	unsigned int byte;

	if (len && !(len % 2) && !strstr(text, quoted) &&
	    strspn(name, "0123456789ABCDEF") == len) {
		for (i = 0; i < len / 2; i++) {
			sscanf(name + 2 * i, "%2x", &byte);
			name[i] = byte;
		}
		name[i] = '\0';
	}
	return name;
}

/* \ooo to its byte; for free(). */
char *path_unescape(const char *text, size_t len)
{
	struct buf path = { 0 };
	unsigned int byte;
	char c;

	buf_puts(&path, "");
	for (; len; text++, len--) {
		c = *text;
		if (c == '\\' && len >= 4 &&
		    sscanf(text + 1, "%3o", &byte) == 1) {
			c = byte;
			text += 3;
			len -= 3;
		}
		buf_add(&path, &c, 1);
	}
	return path.text;
}
