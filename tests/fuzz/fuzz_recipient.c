// SPDX-License-Identifier: Apache-2.0
#include "repo/recipient.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key that is read is the one that its text, written anew, gives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = span_of((const char *)data, size);
	char written[LB_RECIPIENT_TEXT];
	struct lb_public key;
	struct lb_public again;
	struct err err = ERR_INIT;

	if (lb_recipient_parse(text, &key, &err) != ERR_OK) {
		assert(err.msg[0] != '\0');
		return 0;
	}
	if (lb_recipient_format(&key, written, &err) != ERR_OK ||
	    lb_recipient_parse(span_str(written), &again, &err) != ERR_OK)
		abort();
	assert(memcmp(&key, &again, sizeof(key)) == 0);
	return 0;
}
