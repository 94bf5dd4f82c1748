// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the policy and mode before init starts.  They come from the policy
 * that is compiled in and from the boot parameters portacl=, portacl.rules= and
 * portacl.lock=.
 */
#include "portacl.h"

#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "boot.h"
#include "parse.h"

#ifdef PORTACL_BOOT_POLICY
asm(".pushsection .init.rodata, \"a\"\n"
    ".globl portacl_boot_policy, portacl_boot_policy_end\n"
    "portacl_boot_policy: .incbin \"" PORTACL_BOOT_POLICY "\"\n"
    "portacl_boot_policy_end: .byte 0\n"
    ".popsection");
extern const char portacl_boot_policy[], portacl_boot_policy_end[];
#define BOOT_POLICY portacl_boot_policy
#define BOOT_POLICY_SIZE (portacl_boot_policy_end - portacl_boot_policy)
#else
#define BOOT_POLICY ""
#define BOOT_POLICY_SIZE 0
#endif

static char *mode __initdata = "enforce";
/* Cleared by portacl=off, and by the kernel if lsm= leaves the module out. */
int portacl_boot_enabled __initdata = 1;
static char *rules;
static bool lock;

/* Mode 0: status shows their effect, so they need no file in /sys/module. */
module_param(rules, charp, 0);
MODULE_PARM_DESC(rules, "rules in force before init, separated by ';'");
module_param(lock, bool, 0);
MODULE_PARM_DESC(lock, "allow no change of policy or mode");

/**
 * portacl_boot_off - check whether portacl= switches the module off
 *
 * Context: boot.
 * Return: true if it does.
 */
bool __init portacl_boot_off(void)
{
	return !strcmp(mode, "off");
}

static int __init set_mode(char *text)
{
	mode = text;
	portacl_boot_enabled = !portacl_boot_off();
	return 1;
}
__setup("portacl=", set_mode);

/**
 * portacl_boot_mode - get the mode that portacl= selects
 *
 * Context: boot.
 * Return: the mode, or PORTACL_ENFORCE if portacl= names no mode.
 */
enum portacl_mode __init portacl_boot_mode(void)
{
	int found = match_string(portacl_modes, PORTACL_NR_MODES, mode);

	if (found >= 0)
		return found;
	pr_err("portacl=%s: enforce, permissive, learn or off expected\n",
	       mode);
	return PORTACL_ENFORCE;
}

static int __init fail(struct portacl_parser *p, int err, const char *why)
{
	p->error = (struct portacl_error) { .line = p->line, .column = 1 };
	strscpy(p->error.reason, why, sizeof(p->error.reason));
	return err;
}

/* Without `commit` the text may be truncated, as in the file `policy`. */
static int __init parse_lines(struct portacl_parser *p, char *text, char *end)
{
	char *newline;
	int err = 0;

	for (; !err && text < end; text = newline + 1) {
		newline = memchr(text, '\n', end - text) ?: end;
		if (newline - text >= PORTACL_MAX_LINE)
			return fail(p, -E2BIG, "line too long");
		*newline = '\0';
		err = portacl_parse_line(p, text, newline - text);
	}
	if (!err && !p->committed)
		return fail(p, -EINVAL, "'commit' is missing");
	p->committed = false;
	return err;
}

/* Parse a copy, since the parser writes into its text. */
static int __init parse_file(struct portacl_parser *p)
{
	char *text = kvmalloc(BOOT_POLICY_SIZE + 1, GFP_KERNEL);
	int err;

	if (!text)
		return fail(p, -ENOMEM, "out of memory");
	memcpy(text, BOOT_POLICY, BOOT_POLICY_SIZE);
	err = parse_lines(p, text, text + BOOT_POLICY_SIZE);
	kvfree(text);
	return err;
}

static int __init parse_rules(struct portacl_parser *p)
{
	char *text = kstrdup(rules, GFP_KERNEL);
	int err = text ? portacl_parse_rules(p, text) :
			 fail(p, -ENOMEM, "out of memory");

	kfree(text);
	return err;
}

static void __init refuse(struct portacl_parser *p, const char *what,
			  struct portacl_error *error)
{
	*error = p->error;
	pr_err("%s: line %u, column %u: %s: ignored\n", what, error->line,
	       error->column, error->reason);
	portacl_parser_free(p);
}

/* Is there a compiled-in policy that can be used? */
static bool __init take_file(struct portacl_parser *p,
			     struct portacl_error *error)
{
	if (!BOOT_POLICY_SIZE || !parse_file(p))
		return BOOT_POLICY_SIZE;
	refuse(p, "boot policy", error);
	return false;
}

/**
 * portacl_boot_load - load the compiled-in policy and portacl.rules=
 *
 * A policy with an error, or without `commit`, is ignored completely.
 *
 * Context: boot.
 */
void __init portacl_boot_load(void)
{
	struct portacl_error error = { };
	struct portacl_parser p = { .ops = &portacl_kernel_ops };
	bool has_file = take_file(&p, &error);

	p.line = 0;
	if (rules && parse_rules(&p)) {
		refuse(&p, "portacl.rules=", &error);
		rules = NULL;
		has_file = has_file && take_file(&p, &error);
	}
	if ((has_file || rules) && portacl_state_load(&p))
		pr_err("the boot policy is not in force\n");
	portacl_parser_free(&p);
	/* This comes last, because a successful load clears the error. */
	if (error.reason[0])
		portacl_state_fail(&error);
	if (lock)
		portacl_state_lock();
}
