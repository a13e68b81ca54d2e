// SPDX-License-Identifier: Apache-2.0
#include "repo/doubled.h"
#include "repo/slot.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A slot as the store has it, and what a secret makes of it. Passwords are left out:
 * their cost is bounded, but not for a fuzzer. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char secret[LB_KEY_FILE_MIN];
	static const struct lb_key recipient;
	const struct span object = span_of((const char *)data, size);
	struct lb_keyset *keys = NULL;
	struct err err = ERR_INIT;
	struct span content = object;
	struct lb_unlock how;
	struct lb_slot s;

	/* The check of a doubled object stops nearly all that a fuzzer changes, so what
	 * fails it is tried as it is. */
	if (lb_doubled_get(object, LB_SLOT_MAX, &content, &err) != ERR_OK)
		content = object;
	if (lb_slot_parse(&s, content, &err) != ERR_OK) {
		assert(err.msg[0] != '\0');
		return 0;
	}
	if (s.kind == LB_SLOT_PASSWORD)
		return 0;
	how = (struct lb_unlock){ s.kind, span_of(secret, sizeof(secret)), &recipient };
	if (lb_slot_open(&keys, &s, &how, s.config, &err) == ERR_OK)
		lb_keyset_free(keys);
	else
		assert(err.msg[0] != '\0');
	return 0;
}
