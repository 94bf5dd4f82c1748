// SPDX-License-Identifier: GPL-2.0-only
/*
 * portacl: the start of the module and its messages at boot.
 */
#include "portacl.h"

#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/lsm_hooks.h>
#include <linux/printk.h>

#include "audit.h"
#include "boot.h"
#include "hooks.h"
#include "identity.h"
#include "path.h"
#include "securityfs.h"
#include "state.h"

/* The reason why the module is not active, or NULL. */
static char *inactive __initdata = "built in, but not listed in lsm=";

static int __init start(void)
{
	int err;

	portacl_path_init();
	portacl_audit_init();
	err = portacl_state_init(portacl_boot_mode());
	if (err) {
		inactive = "out of memory";
		return err;
	}
	portacl_boot_load();
	portacl_hooks_add();
	inactive = NULL;
	return 0;
}

/* Warn if no rule at all guards the ports. */
static void __init tell_inactive(void)
{
	if (IS_ENABLED(CONFIG_INET_PRIVILEGED_PORTS))
		pr_info("not active: %s\n", inactive);
	else
		pr_warn("not active: %s; every port is open to every user\n",
			inactive);
}

static int __init late_start(void)
{
	if (inactive) {
		if (portacl_boot_off())
			inactive = "switched off by " PORTACL_NAME "=";
		tell_inactive();
		return 0;
	}
	portacl_audit_probe();
	return portacl_securityfs_init();
}
fs_initcall(late_start);

DEFINE_LSM(portacl) = {
#ifdef COMPAT_LSM_INFO_NAME
	.name = PORTACL_NAME,
#else
	.id = &portacl_lsm_id,
#endif
	.enabled = &portacl_boot_enabled,
	.init = start,
	.blobs = &portacl_blob_sizes,
};
