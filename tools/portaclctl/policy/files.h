/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the files of a policy, read by the kernel's parser; exe= patterns
 * and includes are expanded.
 */
#ifndef _PORTACLCTL_POLICY_FILES_H
#define _PORTACLCTL_POLICY_FILES_H

#include "policy/config.h"
#include "policy/text.h"

#define CONFIG_FILE "/etc/portacl.conf"
#define CONFIG_DIR "/etc/portacl.d"
#define CONFIG_FILES CONFIG_DIR "/*.conf"

void config_add_text(struct config *cfg, const char *name, const char *text);
bool config_load(struct config *cfg, char **paths);

#endif /* _PORTACLCTL_POLICY_FILES_H */
