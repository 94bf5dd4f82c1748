/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * portaclctl: rules as JSON.
 */
#ifndef _PORTACLCTL_POLICY_JSON_H
#define _PORTACLCTL_POLICY_JSON_H

#include <jansson.h>
#include <time.h>

#include "lib/util.h"
#include "policy.h"

void print_json(json_t *json);
void print_json_line(json_t *json);
json_t *json_text(const char *text);
json_t *json_texts(const struct list *texts);
json_t *json_names(const char *const *names, u32 bits);
json_t *json_rule(const struct portacl_policy *policy, u32 index);
struct record;

json_t *json_record(const struct record *record, time_t time);
json_t *json_policy(const struct portacl_policy *policy);

#endif /* _PORTACLCTL_POLICY_JSON_H */
