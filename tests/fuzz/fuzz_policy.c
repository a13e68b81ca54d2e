/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

/*
 * Any text as a policy: it is refused with a message, or its JSON reads back as the same
 * policy. Profiles can be extended, files cannot.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_round_trip(const struct gate_policy *p)
{
	struct gate_policy *again = NULL;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_policy_json(p, &json, &err) != ERR_OK)
		abort();
	if (gate_policy_parse(&again, buf_span(&json), "json", NULL, &err) != ERR_OK)
		abort();
	if (strcmp(again->digest, p->digest) != 0)
		abort();
	gate_policy_free(again);
	buf_fini(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;
	struct span text = span_of((const char *)data, size);

	if (gate_policy_parse(&p, text, "policy", NULL, &err) == ERR_OK)
		check_round_trip(p);
	else if (err.msg[0] == '\0')
		abort();
	gate_policy_free(p);
	return 0;
}
