/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: what the BPF backend cannot enforce.
 */
#ifndef _PORTACLCTL_POLICY_ENFORCE_H
#define _PORTACLCTL_POLICY_ENFORCE_H

#include "parse.h"

/* The most names in the path of a program, and the longest one. */
#define BPF_MAX_DEPTH 128
#define BPF_MAX_NAME 255

int enforce_check(struct portacl_parser *p, const char *line);

#endif /* _PORTACLCTL_POLICY_ENFORCE_H */
