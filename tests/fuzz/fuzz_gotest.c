// SPDX-License-Identifier: Apache-2.0
/* Events of go test: in pieces they are the same as in one. */
#include "fuzz/fuzz_results.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code in_pieces(struct span text, size_t piece, struct gate_cases *c)
{
	struct gate_gotest *g = gate_gotest_new(c);
	enum err_code rc;

	assert(g);
	for (size_t at = 0; at < text.len; at += piece)
		gate_gotest_feed(g, span_sub(text, at, piece));
	rc = gate_gotest_end(g, "input", NULL);
	gate_gotest_free(g);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct gate_cases whole, pieces;

	check_results(gate_parse_gotest, data, size);
	gate_cases_init(&whole);
	gate_cases_init(&pieces);
	assert(in_pieces(text, size + 1, &whole) == in_pieces(text, 7, &pieces));
	assert(whole.count == pieces.count && whole.failed == pieces.failed);
	for (size_t i = 0; i < whole.count; i++)
		assert(strcmp(whole.items[i].name, pieces.items[i].name) == 0);
	gate_cases_fini(&whole);
	gate_cases_fini(&pieces);
	return 0;
}
