/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PORTACLCTL_LINUX_WORKQUEUE_H
#define _PORTACLCTL_LINUX_WORKQUEUE_H

/* The tool frees a policy at once. */
struct rcu_work {
	int unused;
};

#endif /* _PORTACLCTL_LINUX_WORKQUEUE_H */
