/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the root directory of another system.
 */
#ifndef _PORTACLCTL_LIB_ROOT_H
#define _PORTACLCTL_LIB_ROOT_H

/*
 * The value of --root, or NULL.  With it, nothing is asked that runs here, and
 * no program is started: those of the directory are not to be trusted.
 */
extern const char *root_option;

void enter_root(void);
void leave_root(void);
char *read_kernel_file(const char *path);

#endif /* _PORTACLCTL_LIB_ROOT_H */
