// SPDX-License-Identifier: Apache-2.0
/* Markdown of any bytes: every claim lies in the document, in order, and is refuted only
 * with what was computed. */
#include "claims/check.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gate_claims_context context = { .root = NULL };
	struct span text = span_of((const char *)data, size);
	struct gate_claims claims = GATE_CLAIMS_INIT;

	if (gate_claims_check(&claims, text, &context, NULL) == ERR_OK) {
		for (size_t i = 0; i < claims.count; i++) {
			const struct gate_claim *c = &claims.items[i];

			if (c->at > size || c->line == 0 || c->column == 0 ||
			    c->text == NULL || c->because == NULL ||
			    (i > 0 && c->at < claims.items[i - 1].at))
				abort();
			if (c->verdict == GATE_CLAIM_REFUTED && c->computed == NULL)
				abort();
		}
	}
	gate_claims_fini(&claims);
	return 0;
}
