// SPDX-License-Identifier: GPL-2.0-only
#include "lib/cleanup.h"
#include "lint/rehearsal.h"
#include "policy/json.h"

/* The answer, and the rule because of which it is so. */
char *rehearsal_reason(const struct rehearsal *rehearsal,
		       const struct answer *answer)
{
	u32 index = answer_rule(answer);
	autofree char *rule = index == PORTACL_NO_RULE ? NULL :
		source_rule(&rehearsal->source, index);

	return xasprintf("%s%s%s", answer->text, rule ? ": " : "",
			 rule ? rule : "");
}

/**
 * rehearsal_asks - does the policy refuse a bind?
 * @rehearsal: the policy
 * @request: the bind
 * @why: if it does, why, for free()
 *
 * Return: whether it does.
 */
bool rehearsal_asks(const struct rehearsal *rehearsal,
		    const struct request *request, char **why)
{
	struct answer answer;
	bool denied;

	ask(&rehearsal->source, request, &answer);
	denied = answer.action == PORTACL_DENY;
	if (denied)
		*why = rehearsal_reason(rehearsal, &answer);
	answer_free(&answer);
	return denied;
}

json_t *json_rehearsal(const struct rehearsal *rehearsal)
{
	return json_pack("{si si so}", "judged", rehearsal->judged,
			 "hidden", rehearsal->hidden,
			 "findings", json_texts(&rehearsal->texts));
}

void rehearsal_free(struct rehearsal *rehearsal)
{
	list_free(&rehearsal->texts);
	list_free(&rehearsal->unknown);
}
