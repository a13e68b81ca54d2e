// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_EVIDENCE_H
#define GATE_CLAIMS_EVIDENCE_H

#include "base/arena.h"

/*
 * What the last recorded run measured, by name: each check's id, and sums that documents
 * speak of: tests, tests.passed, tests.failed, tests.skipped, suites, todos, coverage,
 * files. Strings live in the arena.
 */
struct gate_claims_metric {
	const char *name;
	const char *value; /* decimal text */
};

struct gate_claims_metrics {
	struct arena arena;
	const char *run; /* its id */
	struct gate_claims_metric *items;
	size_t count;
	size_t cap;
};

#define GATE_CLAIMS_METRICS_INIT             \
	{                                    \
		ARENA_INIT, NULL, NULL, 0, 0 \
	}

/* Zeroed. Of the last run of the project; ERR_NOT_FOUND if there is none, ERR_CORRUPT if
 * it is not what was recorded, or says what its stored bytes do not. */
enum err_code gate_claims_metrics_load(struct gate_claims_metrics *m, const char *root,
                                       struct err *err) ERR_CHECKED;
void gate_claims_metrics_fini(struct gate_claims_metrics *m);
/* NULL if it was not measured. */
const char *gate_claims_metric_value(const struct gate_claims_metrics *m,
                                     struct span name);

#endif
