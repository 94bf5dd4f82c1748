/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portacl: for each key of the language a rule, a request that it matches, and
 * one that differs in what this key looks at and that it must not match.
 *
 * The tests walk the parser's own table of keys: a key without a case fails.
 */
#ifndef _SECURITY_PORTACL_TESTS_KEY_CASES_H
#define _SECURITY_PORTACL_TESTS_KEY_CASES_H

/**
 * struct key_case - a key of a rule
 * @key: its name
 * @text: the key in a rule
 * @base: what the rule needs beside it
 * @matching: end of a request that the rule matches
 * @other: the same of one that it does not match
 */
struct key_case {
	const char *key;
	const char *text;
	const char *base;
	const char *matching;
	const char *other;
};

static const struct key_case key_cases[] = {
	{ "exe", "exe=/a", "uid=33", "uid=33 exe=/a", "uid=33 exe=/b" },
	{ "uid", "uid=33", "exe=/a", "uid=33 exe=/a", "uid=34 exe=/a" },
	{ "gid", "gid=5", "exe=/a uid=33", "uid=33 exe=/a gid=5",
	  "uid=33 exe=/a gid=6" },
	{ "addr", "addr=127.0.0.1", "exe=/a uid=33",
	  "uid=33 exe=/a addr=127.0.0.1", "uid=33 exe=/a addr=127.0.0.2" },
	{ "net", "net=init", "exe=/a uid=33", "uid=33 exe=/a net=init",
	  "uid=33 exe=/a net=other" },
	{ "cgroup", "cgroup=/c", "exe=/a uid=33", "uid=33 exe=/a cgroup=/c",
	  "uid=33 exe=/a cgroup=/d" },
	{ "launch", "launch=root", "exe=/a uid=33", "uid=33 exe=/a launch=root",
	  "uid=33 exe=/a" },
	{ "accept", "accept=nnp", "exe=/a uid=33", "uid=33 exe=/a taint=nnp",
	  "uid=33 exe=/a taint=env" },
};

/* Ports that put the rule into the hash table by port, without, and neither. */
static const char *const key_ports[] = { "80", "70-99", "1-9,70-99,200-299" };

#endif /* _SECURITY_PORTACL_TESTS_KEY_CASES_H */
