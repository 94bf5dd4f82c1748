// SPDX-License-Identifier: GPL-2.0-only
#include "import/common.h"
#include "import/import.h"
#include "import/sources.h"
#include "lib/options.h"

int cmd_import(char **args)
{
	const char *mac_portacl = option("mac-portacl");
	const char *port_high = option("port-high");
	const char *suser_exempt = option("suser-exempt");
	bool setcap = option("setcap"), authbind = option("authbind");
	bool systemd = option("systemd"), complete = true;

	if (*args && !setcap)
		die_usage("%s: directories are for --setcap", *args);
	if (!setcap && !authbind && !systemd && !mac_portacl)
		die_missing("--authbind, --systemd, --mac-portacl or --setcap");
	if (!mac_portacl && (port_high || suser_exempt))
		die_usage("--port-high and --suser-exempt are for --mac-portacl");
	if (option("json"))
		rules_as_json();
	if (setcap)
		complete = import_setcap(args);
	if (authbind)
		import_authbind();
	if (systemd)
		import_systemd();
	if (mac_portacl)
		import_mac_portacl(mac_portacl, port_high, suser_exempt);
	rules_end();
	return complete ? EXIT_OK : EXIT_ERROR;
}
