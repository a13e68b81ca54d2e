// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_EXPLAIN_INTERNAL_H
#define GATE_EXPLAIN_INTERNAL_H

#include "base/arena.h"
#include "verdict/explain.h"

/* An explanation before it is written. All in one arena. */
struct explanation {
	struct arena arena;
	const struct gate_assessment *a;
	const char *check; /* NULL: of the score */
	const char *state;
	const char *value; /* six decimals, or NULL */
	const char *rule;
	const char **inputs;
	size_t input_count;
	size_t input_cap;
	const char **evidence; /* sha256 */
	size_t evidence_count;
	struct explained_remedy {
		const char *text;
		char gain[24]; /* "15.7" */
	} * remedies;
	size_t remedy_count;
	size_t remedy_cap;
	int64_t *possible; /* as the columns of a scorecard have it (possible.h) */
};

enum err_code explanation_init(struct explanation *e, const struct gate_assessment *a,
                               struct err *err) ERR_CHECKED;
void explanation_fini(struct explanation *e);
void explanation_input(struct explanation *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What passing in full would add is what the scorecard says the check lost. */
void explanation_remedy(struct explanation *e, const char *text, size_t check);
/* "15.7": tenths, as a scorecard has them */
void explanation_tenths(int64_t tenths, char out[24]);
/* The three best gains as remedies. */
enum err_code explanation_gains(struct explanation *e, struct err *err) ERR_CHECKED;
/* Writes the JSON object; ERR_NOMEM if anything before ran out. */
enum err_code explanation_json(const struct explanation *e, struct buf *out,
                               struct err *err) ERR_CHECKED;
/* "12.5 = 25/2" as text of the arena. */
const char *explanation_exact(struct explanation *e, const struct gate_ratio *r,
                              unsigned digits);

#endif
