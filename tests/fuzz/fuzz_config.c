// SPDX-License-Identifier: Apache-2.0
#include "repo/config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes is valid, and its values say the same when they are encoded again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lb_config c;
	static struct lb_config again;
	struct err err = ERR_INIT;

	if (lb_config_decode(&c, span_of((const char *)data, size), &err) != ERR_OK) {
		assert(err.msg[0] != '\0');
		return 0;
	}
	assert(c.content_len == size && memcmp(c.content, data, size) == 0);
	again = c;
	if (lb_config_encode(&again, &err) != ERR_OK ||
	    lb_config_decode(&c, lb_config_content(&again), &err) != ERR_OK ||
	    lb_config_encode(&c, &err) != ERR_OK)
		abort();
	assert(span_eq(lb_config_content(&c), lb_config_content(&again)));
	return 0;
}
