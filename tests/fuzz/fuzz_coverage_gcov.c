// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_coverage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_coverage(&gate_cov_gcov, data, size);
	return 0;
}
