// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the format. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	gate_parse *parse;

	if (size == 0)
		return 0;
	parse = gate_parse_of((enum gate_format)(data[0] % GATE_FORMATS));
	if (parse)
		check_results(parse, data + 1, size - 1);
	return 0;
}
