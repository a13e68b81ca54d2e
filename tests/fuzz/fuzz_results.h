// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FUZZ_RESULTS_H
#define TESTS_FUZZ_RESULTS_H

#include "collect/cases.h"

#include <assert.h>
#include <string.h>

/* What must hold of every result parser, whatever it is fed: the counts are those of the
 * cases, and every case has a name of its own. */
static inline void check_results(gate_parse *parse, const uint8_t *data, size_t size)
{
	struct gate_cases c;
	struct err err = ERR_INIT;
	enum err_code rc;

	gate_cases_init(&c);
	rc = parse(span_of((const char *)data, size), "input", &c, &err);
	assert(rc == ERR_OK || err.msg[0]);
	assert(c.passed + c.failed + c.skipped + c.flaky == c.count);
	assert(gate_cases_unique(&c, &err) == ERR_OK);
	for (size_t i = 0; i < c.count; i++) {
		assert(c.items[i].name);
		for (size_t k = 0; k < i && c.count < 100; k++)
			assert(strcmp(c.items[i].name, c.items[k].name) != 0);
	}
	gate_cases_fini(&c);
}

#endif
