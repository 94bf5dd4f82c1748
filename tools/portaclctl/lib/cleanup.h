/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: variables that are released at the end of their scope.
 */
#ifndef _PORTACLCTL_LIB_CLEANUP_H
#define _PORTACLCTL_LIB_CLEANUP_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define autofree __attribute__((cleanup(cleanup_free), unused))
#define autoclose __attribute__((cleanup(cleanup_close)))
#define autoclosedir __attribute__((cleanup(cleanup_closedir)))

#endif /* _PORTACLCTL_LIB_CLEANUP_H */
