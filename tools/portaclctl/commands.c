// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only list of commands and options: dispatch, usage, help, suggestions
 * and the completion files are made of it.
 */
#include "commands.h"
#include "explain/explain.h"
#include "import/import.h"
#include "learn/learn.h"
#include "lint/lint.h"
#include "load/load.h"

#define OPTIONS (const struct option_info[])
#define JSON { "json", NULL, "print JSON" }
#define ROOT { "root", "DIR", "use the files, users and groups below DIR" }
#define POLICY { "file", "FILE", "ask the policy in FILE, not the kernel" }
#define CONFIRM { "confirm", "SECONDS", "restore the old policy unless you confirm within SECONDS" }
#define FORCE { "force", NULL, "load even if sshd or your own login would be cut off" }

/* The options of add and delete */
static const struct option_info edit_options[] = {
	ROOT, JSON, CONFIRM, FORCE,
	{ "file", "FILE", "change FILE, not /etc/portacl.d/50-local.conf" },
	{ "no-load", NULL, "change the file, load nothing" },
	{ }
};

const struct command commands[] = {
	{ "check", cmd_check, "[FILE...]", "FILE", ANY_NUMBER,
	  "read the files, report errors, change nothing", OPTIONS {
		ROOT, JSON,
		{ "print", NULL, "print the text that load would send" },
		{ "live", NULL, "judge all sockets that listen now" },
		{ "strict", NULL, "with --live: exit with 1 if a service would be cut off" },
		{ } } },
	{ "load", cmd_load, "[FILE...]", "FILE", ANY_NUMBER,
	  "put the files in force, completely or not at all", OPTIONS {
		CONFIRM,
		{ "generation", "N", "fail unless generation N is in force" },
		{ "backend", "bpf", "enforce by BPF programs, on a kernel without portacl" },
		{ "strict", NULL, "do not load if a service would be cut off" },
		FORCE,
		{ "dry-run", NULL, "rehearse, but load nothing" },
		JSON,
		{ "boot", NULL, "load the last good policy if the files cannot be loaded" },
		{ "stale", NULL, "load the files only if a program of the policy has moved" },
		{ } } },
	{ "add", cmd_add, "RULE", "RULE", ANY_NUMBER,
	  "add a rule to the files, check and load them", edit_options },
	{ "delete", cmd_delete, "RULE", "RULE", ANY_NUMBER,
	  "delete a rule from the files, check and load them", edit_options },
	{ "unload", cmd_unload, "", "", 0,
	  "take the programs of the BPF backend away", OPTIONS { { } } },
	{ "show", cmd_show, "", "", 0,
	  "print the policy in force", OPTIONS { JSON, { } } },
	{ "diff", cmd_diff, "[FILE...]", "FILE", ANY_NUMBER,
	  "compare the policy in force with the files", OPTIONS {
		ROOT, JSON, { } } },
	{ "status", cmd_status, "", "", 0,
	  "print mode, generation, last error and who loaded it", OPTIONS {
		JSON, { } } },
	{ "mode", cmd_mode, "[enforce|permissive|learn]",
	  "enforce|permissive|learn", 1,
	  "print or change the mode", OPTIONS { JSON, { } } },
	{ "lock", cmd_lock, "", "", 0,
	  "print the lock, or forbid every change until the next boot", OPTIONS {
		JSON,
		{ "until-reboot", NULL, "forbid every change of policy and mode" },
		{ } } },
	{ "stats", cmd_stats, "", "", 0,
	  "print how often each rule granted and denied", OPTIONS {
		JSON,
		{ "unused", NULL, "only rules that never decided anything" },
		{ } } },
	{ "test", cmd_test, "PROTO/PORT [exe=PATH] uid=USER [KEY=VALUE...]",
	  "PORT KEY", ANY_NUMBER,
	  "print the verdict on one bind", OPTIONS {
		ROOT, JSON,
		{ "kernel", NULL, "ask the policy in force" },
		{ "file", "FILE", "ask the policy in FILE" },
		{ } } },
	{ "explain", cmd_explain,
	  "PROGRAM USER | PID PROTO/PORT [KEY=VALUE...] | -",
	  "PROGRAM USER PORT KEY", ANY_NUMBER,
	  "print what allows or refuses a bind, layer by layer", OPTIONS {
		ROOT, JSON, POLICY, { } } },
	{ "who", cmd_who, "[PROTO/]PORT", "PORT", 2,
	  "print everybody who may bind a port, and who listens there", OPTIONS {
		ROOT, JSON, POLICY, { } } },
	{ "ps", cmd_ps, "", "", 0,
	  "print the processes that rules name, and what is wrong with them", OPTIONS {
		JSON, POLICY, { } } },
	{ "learn", cmd_learn, "[-]", "", 1,
	  "make rules of binds that were seen", OPTIONS {
		JSON,
		{ "start", NULL, "change to mode learn and forget what was recorded" },
		{ "denials", NULL, "make rules of the refusals in the logs" },
		{ "print", NULL, "print all rules instead of asking" },
		{ "all", NULL, "also binds that need no privilege" },
		{ "ranges", NULL, "join the ports of a program to one range" },
		{ "output", "FILE", "add the rules to FILE" },
		{ } } },
	{ "monitor", cmd_monitor, "", "", 0,
	  "print grants and denials as they happen", OPTIONS {
		JSON,
		{ "denials", NULL, "only denials" },
		{ } } },
	{ "import", cmd_import, "[DIR...]", "DIR", ANY_NUMBER,
	  "turn the settings of other mechanisms into rules", OPTIONS {
		ROOT, JSON,
		{ "authbind", NULL, "import the configuration of authbind" },
		{ "systemd", NULL, "import units with CAP_NET_BIND_SERVICE, and sockets" },
		{ "mac-portacl", "RULES|FILE", "import rules of FreeBSD's mac_portacl" },
		{ "port-high", "N", "with --mac-portacl: the value of port_high" },
		{ "suser-exempt", "0|1", "with --mac-portacl: the value of suser_exempt" },
		{ "setcap", NULL, "import programs with CAP_NET_BIND_SERVICE, in DIR or everywhere" },
		{ } } },
	{ "lint", cmd_lint, "[FILE...]", "FILE", ANY_NUMBER,
	  "look for rules that do nothing or too much", OPTIONS {
		ROOT, JSON, { } } },
	{ }
};
