// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/backend.h"
#include "kernel/securityfs.h"
#include "lib/cleanup.h"

/* What --backend or the files name. */
static const struct backend *chosen;

/* The other subcommands show the policy in force; only load needs a choice. */
static const struct backend *backend(void)
{
	if (chosen)
		return chosen;
	return !securityfs_backend.present() && bpf_backend.present() ?
		       &bpf_backend : &securityfs_backend;
}

/**
 * kernel_choose - choose the backend
 * @name: its name
 *
 * Return: whether there is one of that name.
 */
bool kernel_choose(const char *name)
{
	if (!strcmp(name, bpf_backend.name))
		chosen = &bpf_backend;
	else if (!strcmp(name, securityfs_backend.name))
		chosen = &securityfs_backend;
	else
		return false;
	return true;
}

bool kernel_is_bpf(void)
{
	return backend() == &bpf_backend;
}

bool kernel_present(void)
{
	return backend()->present();
}

/**
 * kernel_has_policy - whether a policy is in force, if only an empty one
 *
 * Not if a loader of the BPF backend was killed before its policy was.
 */
bool kernel_has_policy(void)
{
	autofree char *mode = NULL;

	if (kernel_present() && kernel_is_bpf())
		mode = kernel_try_read("mode");
	return kernel_present() && (mode || !kernel_is_bpf());
}

/* Return the text of a file, or NULL if it cannot be read. */
char *kernel_try_read(const char *name)
{
	autofree char *why = NULL;

	return backend()->read(name, &why);
}

char *kernel_read(const char *name)
{
	char *why = NULL, *text = backend()->read(name, &why);

	if (!text)
		die("%s", why);
	return text;
}

void kernel_write(const char *name, const char *text)
{
	char *why = backend()->write(name, text);

	if (why)
		die("%s", why);
}

char *kernel_status(const char *key)
{
	autofree char *status = kernel_read("status");

	return get_field(status, key);
}

/* The answer to a request, without its newline. */
char *kernel_query(const char *request)
{
	char *why = NULL, *text = backend()->query(request, &why);

	if (!text)
		die("%s", why);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/*
 * One transaction.  False: nothing changed, @why says why, and so does errno if
 * it is ESTALE.
 */
bool kernel_load(const char *text, size_t len, char **why)
{
	if (chosen != &bpf_backend && kernel_is_bpf())
		*why = xstrdup("the BPF backend is in force: `backend bpf' in the files or --backend=bpf loads a policy there");
	else
		*why = backend()->load(text, len);
	return !*why;
}

void kernel_unload(void)
{
	char *why = backend()->unload();

	if (why)
		die("%s", why);
}

/* When the programs were attached, 0: portacl is in the kernel, or nothing is. */
time_t kernel_since(void)
{
	return backend()->since ? backend()->since() : 0;
}
