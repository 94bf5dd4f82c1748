/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the executables that rules name, as they stand on this machine.
 */
#ifndef _PORTACLCTL_POLICY_EXE_H
#define _PORTACLCTL_POLICY_EXE_H

#include "policy/config.h"

/* The faults of a program; the first ones make a rule match nobody. */
enum program_fault {
	PROGRAM_MISSING,
	PROGRAM_NOT_CANONICAL,
	PROGRAM_NOT_FILE,
	PROGRAM_NOT_EXECUTABLE,
	PROGRAM_SCRIPT,
	PROGRAM_NOSUID,
	PROGRAM_WRITABLE,
	PROGRAM_INTERPRETER,
	PROGRAM_NAMESPACES,
	PROGRAM_LOADER,
	PROGRAM_MULTICALL,
	PROGRAM_SETUID,
	PROGRAM_NR_FAULTS,
};

/* Beside the faults that programs_look() finds. */
#define PROGRAM_FIRST BIT(31)

/**
 * struct program - what was found out about a program
 * @faults: bits of enum program_fault
 * @target: for PROGRAM_NOT_CANONICAL, the path that it resolves to
 * @where: for PROGRAM_WRITABLE, the path that others can write
 * @interpreter: for PROGRAM_SCRIPT, what its first line names
 */
struct program {
	u32 faults;
	char target[PATH_MAX];
	char where[PATH_MAX];
	char interpreter[256];
};

void program_look(struct program *program, const char *path, bool thorough);
const char *program_fault_id(enum program_fault fault);
char *program_fault_text(const struct program *program, const char *path,
			 enum program_fault fault);
bool program_is_dead(const struct portacl_rule *rule, u32 faults);
u32 *programs_look(const struct portacl_policy *policy, bool thorough);
void program_aliases(struct portacl_policy *policy);
void warn_programs(const struct config *cfg);

#endif /* _PORTACLCTL_POLICY_EXE_H */
