// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/reading.h"

#include <assert.h>
#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the format. Whatever is fed, a reading has a name, and either a
 * number or a fault. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate_bench_readings r;
	struct err err = ERR_INIT;
	gate_bench_read *read;
	enum err_code rc;

	if (size == 0)
		return 0;
	read = gate_bench_reader((enum gate_bench_format)(data[0] % GATE_BENCH_FORMATS));
	if (read == NULL)
		return 0;
	gate_bench_readings_init(&r);
	rc = read(span_of((const char *)data + 1, size - 1), "criterion/x/new/input", &r,
	          &err);
	assert(rc == ERR_OK || err.msg[0] != '\0');
	for (size_t i = 0; i < r.count; i++) {
		const struct gate_bench_reading *item = &r.items[i];

		assert(item->name != NULL && item->name[0] != '\0');
		assert(item->fault != NULL ||
		       (isfinite(item->value) && item->value >= 0));
	}
	gate_bench_readings_fini(&r);
	return 0;
}
