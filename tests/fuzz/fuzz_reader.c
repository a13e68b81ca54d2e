// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/reader.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code read_pieces(const struct gate_suite *s, struct span text,
                                 size_t piece, struct gate_cases *c, struct err *err)
{
	struct gate_reader *r = NULL;
	enum err_code rc = gate_reader_new(&r, s, "input", c, err);
	enum err_code ended;

	assert(rc == ERR_OK);
	for (; rc == ERR_OK && text.len > 0; text = span_from(text, piece))
		rc = gate_reader_feed(r, span_sub(text, 0, piece), err);
	ended = gate_reader_end(r, rc == ERR_OK ? err : NULL);
	gate_reader_free(r);
	return rc == ERR_OK ? ended : rc;
}

/* The first byte chooses the format, the second the size of pieces: whatever they are,
 * the same cases come of it as of the whole text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum gate_format formats[] = {
		GATE_FORMAT_JUNIT, GATE_FORMAT_TAP,      GATE_FORMAT_GOTEST,
		GATE_FORMAT_CTEST, GATE_FORMAT_PYTEST,   GATE_FORMAT_LIBTEST,
		GATE_FORMAT_NODE,  GATE_FORMAT_UNITTEST, GATE_FORMAT_AUTOMAKE,
		GATE_FORMAT_TRX,   GATE_FORMAT_XUNIT,    GATE_FORMAT_JEST,
	};
	struct gate_suite s = { .id = "fuzz" };
	struct gate_cases whole, pieces;
	struct err err = ERR_INIT;
	enum err_code rc;
	struct span text;

	if (size < 2)
		return 0;
	s.format = formats[data[0] % (sizeof(formats) / sizeof(formats[0]))];
	text = span_of((const char *)data + 2, size - 2);
	gate_cases_init(&whole);
	gate_cases_init(&pieces);
	rc = read_pieces(&s, text, text.len + 1, &whole, &err);
	assert(read_pieces(&s, text, 1 + data[1] % 64U, &pieces, &err) == rc);
	assert(rc != ERR_OK || whole.count == pieces.count);
	assert(rc != ERR_OK ||
	       (whole.failed == pieces.failed && whole.passed == pieces.passed &&
	        whole.skipped == pieces.skipped));
	for (size_t i = 0; rc == ERR_OK && i < whole.count; i++)
		assert(strcmp(whole.items[i].name, pieces.items[i].name) == 0 &&
		       whole.items[i].state == pieces.items[i].state);
	assert((whole.disagreement != NULL) == (pieces.disagreement != NULL) ||
	       rc != ERR_OK);
	gate_cases_fini(&whole);
	gate_cases_fini(&pieces);
	return 0;
}
