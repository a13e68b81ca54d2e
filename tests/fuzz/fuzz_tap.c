// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_results(gate_parse_tap, data, size);
	return 0;
}
