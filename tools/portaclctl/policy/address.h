/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: addresses and prefixes, compared as numbers and never as text.
 */
#ifndef _PORTACLCTL_POLICY_ADDRESS_H
#define _PORTACLCTL_POLICY_ADDRESS_H

#include "lib/util.h"
#include "match.h"

bool cidr_read(struct portacl_cidr *cidr, const char *text);
char *cidr_text(const struct portacl_cidr *cidr);
bool cidr_is_v4(const struct portacl_cidr *cidr);
bool cidr_is_wildcard(const struct portacl_cidr *cidr);
bool listen_read(char *text, char **addr, u32 *port);
bool cidr_covers(const struct portacl_cidr *outer,
		 const struct portacl_cidr *inner);

#endif /* _PORTACLCTL_POLICY_ADDRESS_H */
