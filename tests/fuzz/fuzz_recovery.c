// SPDX-License-Identifier: Apache-2.0
#include "repo/recovery.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A code that is read is the one that its text, written anew, gives. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char code[LB_RECOVERY];
	unsigned char again[LB_RECOVERY];
	char text[LB_RECOVERY_TEXT];
	struct err err = ERR_INIT;

	if (lb_recovery_parse(span_of((const char *)data, size), code, &err) != ERR_OK) {
		assert(err.msg[0] != '\0');
		return 0;
	}
	if (lb_recovery_format(code, text, &err) != ERR_OK ||
	    lb_recovery_parse(span_str(text), again, &err) != ERR_OK)
		abort();
	assert(memcmp(code, again, sizeof(code)) == 0);
	return 0;
}
