// SPDX-License-Identifier: GPL-2.0-only
/*
 * The units that start the programs of rules.  A unit says as whom systemd
 * starts a program; as whom the program binds depends on the daemon.
 */
#include "lib/cleanup.h"
#include "lint/linter.h"
#include "policy/names.h"
#include "system/unitparse.h"
#include "system/units.h"

static bool has_user(const struct portacl_policy *policy,
		     const struct portacl_rule *rule, const char *user)
{
	u32 uid;

	return name_to_number(PORTACL_USER, user, 0, &uid) ||
	       rule_has_user(policy, rule, uid);
}

/* Does the unit start a program in a way that the rule for it refuses? */
static void lint_start(struct linter *linter, const struct unit *unit,
		       u32 index, const char *path)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];
	autofree char *nosuid = unit_nosuid(unit, path);

	if (unit->private_users)
		report(linter, index, "unit-private-users",
		       "%s starts %s in a user namespace (PrivateUsers=): it has no identity, the rule matches nobody; name it by uid= and cgroup= instead of exe=",
		       unit->name, path);
	else if (nosuid)
		report(linter, index, "unit-nosuid",
		       "%s starts %s from a nosuid mount (%s= with no_new_privs): it has no identity, the rule matches nobody; name it by uid= and cgroup= instead of exe=",
		       unit->name, path, nosuid);
	else if (!linter->launcher && unit_nnp(unit) &&
		 unit_is_unprivileged(unit) &&
		 !(rule->accept & BIT(PORTACL_TAINT_NNP)))
		report(linter, index, "unit-no-new-privs",
		       "%s starts %s with no_new_privs (%s=), which the rule refuses: add accept=nnp, or `launcher %s'",
		       unit->name, path, unit_nnp(unit), linter->image);
}

/* Only if nothing shows as whom the program binds. */
static void lint_user(struct linter *linter, const struct unit *unit,
		      u32 index, const char *path, const char *user)
{
	const struct portacl_rule *rule = &linter->policy->rules[index];

	if (was_seen(linter, rule->exe))
		return;
	if (unit_is_unprivileged(unit))
		report(linter, index, "unit-user",
		       "%s starts %s as %s, and no rule for it allows that user: change User= or uid=",
		       unit->name, path, user);
	else
		report(linter, index, "unit-user",
		       "%s starts %s as root, and no rule for it allows root: right only if the daemon changes its user before it binds, see Daemons in portacl(7)",
		       unit->name, path);
}

static void lint_unit(struct linter *linter, const struct unit *unit,
		      const char *program)
{
	const struct portacl_policy *policy = linter->policy;
	autofree char *user = unit_user(unit);
	u32 i, other_user = NO_RULE;
	char path[PATH_MAX];
	u64 exe;

	exe = realpath(program, path) ? portacl_hash_path(path, strlen(path)) :
					0;
	for (i = 0; exe && i < policy->nr_rules; i++) {
		const struct portacl_rule *rule = &policy->rules[i];

		if (rule->exe != exe || !(rule->flags & PORTACL_RULE_ALLOW))
			continue;
		if (has_user(policy, rule, user)) {
			lint_start(linter, unit, i, path);
			return;
		}
		other_user = min(other_user, i);
	}
	if (other_user != NO_RULE)
		lint_user(linter, unit, other_user, path, user);
}

void lint_units(struct linter *linter)
{
	u32 i, nr;
	const struct unit *units = units_read(&nr);
	size_t n;

	for (i = 0; i < nr; i++)
		for (n = 0; n < units[i].programs.len; n++)
			lint_unit(linter, &units[i],
				  units[i].programs.items[n]);
}
