// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz_coverage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever it begins with, somebody says what it is, or what it is not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct err err = ERR_INIT;
	const struct gate_cov_format *format = gate_cov_recognise(text, "input", &err);

	if (format != NULL)
		check_coverage(format, data, size);
	else
		assert(err.msg[0] != '\0');
	return 0;
}
