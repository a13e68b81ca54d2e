// SPDX-License-Identifier: Apache-2.0
#include "record/entry.h"
#include "record/history.h"

#include <stdlib.h>

/* A log of the history, from anywhere: its chain, and what its entries say. And an entry
 * alone, which a chain would hide behind its hashes. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void read_entry(struct span text, bool is_signed)
{
	struct gate_entry e;
	char printed[64];

	if (gate_entry_open(&e, text, is_signed, NULL) == ERR_OK)
		gate_ratio_text(&e.final, 1, printed);
	gate_entry_fini(&e);
}

static enum err_code take(const struct gate_chain_entry *c, uint64_t offset,
                          void *context, struct err *err)
{
	struct gate_entry e;
	const enum err_code rc = gate_entry_take(&e, c, err);

	(void)offset;
	(void)context;
	gate_entry_fini(&e);
	return rc;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct span text = span_of((const char *)data, size);
	struct gate_history_state state;

	if (lb_crypto_init(NULL) != ERR_OK)
		abort();
	(void)!gate_history_walk_text(text, take, NULL, &state, NULL);
	if (state.bytes + state.torn > size)
		abort();
	read_entry(text, false);
	read_entry(text, true);
	return 0;
}
