/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: the mechanisms whose settings are imported, each its own file.
 */
#ifndef _PORTACLCTL_IMPORT_SOURCES_H
#define _PORTACLCTL_IMPORT_SOURCES_H

bool import_setcap(char **dirs);
void import_authbind(void);
void import_systemd(void);
void import_mac_portacl(const char *text, const char *port_high,
			const char *suser_exempt);

#endif /* _PORTACLCTL_IMPORT_SOURCES_H */
