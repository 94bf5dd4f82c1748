/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the checks of lint.
 */
#ifndef _PORTACLCTL_LINT_LINT_H
#define _PORTACLCTL_LINT_LINT_H

#include "policy/files.h"

int cmd_lint(char **argv);
bool lint_accepts(const struct config *cfg, u32 ignored);

#endif /* _PORTACLCTL_LINT_LINT_H */
