/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PORTACLCTL_LINUX_KREF_H
#define _PORTACLCTL_LINUX_KREF_H

/* The tool's policies have a single owner. */
struct kref {
	int refcount;
};

#define kref_init(kref) ((kref)->refcount = 1)

#endif /* _PORTACLCTL_LINUX_KREF_H */
