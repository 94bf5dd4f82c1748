/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: say what allows or refuses a bind.
 */
#ifndef _PORTACLCTL_EXPLAIN_EXPLAIN_H
#define _PORTACLCTL_EXPLAIN_EXPLAIN_H

int cmd_explain(char **argv);

#endif /* _PORTACLCTL_EXPLAIN_EXPLAIN_H */
