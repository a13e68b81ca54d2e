// SPDX-License-Identifier: Apache-2.0
/* Any bytes as results of the format PARSE, which the build names. */
#include "fuzz/fuzz_results.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_results(PARSE, data, size);
	return 0;
}
