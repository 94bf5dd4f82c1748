/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the lines of logs.
 */
#ifndef _PORTACLCTL_KERNEL_LOG_H
#define _PORTACLCTL_KERNEL_LOG_H

#include "lib/util.h"

typedef void (*take_line_t)(void *context, const char *line);

bool log_read(take_line_t take, void *context);
void log_read_stdin(take_line_t take, void *context);

#endif /* _PORTACLCTL_KERNEL_LOG_H */
