// SPDX-License-Identifier: Apache-2.0
#include "claims/scan.h"

#include "claims/check.h"

#include <string.h>

/* The end of the word that states it: what is stated may be written in another way. */
static size_t word_end(struct span document, size_t at)
{
	while (at < document.len && strchr(" \t\r\n|", document.ptr[at]) == NULL)
		at++;
	return at;
}

static enum err_code find(struct span document,
                          void (*take)(const struct scan_refuted *r, void *context),
                          void *context, struct err *err)
{
	static const struct gate_claims_context alone = { .root = NULL };
	struct gate_claims found = GATE_CLAIMS_INIT;
	enum err_code rc = gate_claims_check(&found, document, &alone, err);

	for (size_t i = 0; rc == ERR_OK && i < found.count; i++) {
		const struct gate_claim *c = &found.items[i];
		struct scan_refuted r = { .start = c->at,
			                  .end = word_end(document, c->at),
			                  .kind = gate_claim_kinds[c->kind].id,
			                  .stated = c->stated,
			                  .computed = c->computed,
			                  .because = c->because,
			                  .text = c->text };

		if (c->verdict == GATE_CLAIM_REFUTED)
			take(&r, context);
	}
	gate_claims_fini(&found);
	return rc;
}

const struct scan_claims gate_claims_scan = { .find = find };
