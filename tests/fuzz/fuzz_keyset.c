// SPDX-License-Identifier: Apache-2.0
#include "support/same_keys.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes says the same when it is encoded and decoded again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lb_secret bytes = LB_SECRET_INIT;
	struct lb_keyset *again = NULL;
	struct lb_keyset *k = NULL;
	struct err err = ERR_INIT;

	if (lb_keyset_decode(&k, span_of((const char *)data, size), &err) != ERR_OK) {
		assert(err.msg[0] != '\0');
		return 0;
	}
	if (lb_keyset_encode(k, &bytes, &err) != ERR_OK ||
	    lb_keyset_decode(&again, lb_secret_span(&bytes), &err) != ERR_OK)
		abort();
	assert(same_keys(k, again));
	lb_secret_free(&bytes);
	lb_keyset_free(again);
	lb_keyset_free(k);
	return 0;
}
