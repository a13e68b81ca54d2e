// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/cases.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Results by a pattern: its text up to the first line end, what it is matched with behind
 * it. Counts are those of the cases, whatever both are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct buf pattern = BUF_INIT;
	struct err err = ERR_INIT;
	struct gate_cases c;
	enum err_code rc;
	size_t end = span_find_byte(text, '\n');

	if (end > 200 || memchr(data, '\0', end) != NULL)
		return 0;
	buf_put(&pattern, span_sub(text, 0, end));
	gate_cases_init(&c);
	rc = gate_parse_regex(buf_str(&pattern), span_sub(text, end + 1, 4096), &c, &err);
	assert(rc == ERR_OK || err.msg[0] != '\0');
	assert(c.passed + c.failed + c.skipped == c.count);
	gate_cases_fini(&c);
	buf_fini(&pattern);
	return 0;
}
