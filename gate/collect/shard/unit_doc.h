// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_UNIT_DOC_H
#define GATE_UNIT_DOC_H

#include "collect/collect_internal.h"
#include "lib/json.h"

/*
 * What became of a unit, as text for another machine: all that judging it needs, so that
 * a merge judges by the code that judges at once. The cases are a text of their own, a
 * JSON object a line, since there may be millions.
 */

/* Hashes of such texts; NULL where there is none. */
struct gate_unit_texts {
	const char *cases;
	const char *covered; /* a tracefile of what it covered (coverage/verdict.h) */
};

void gate_unit_doc_put(struct buf *out, const char *id, const struct gate_unit_state *u,
                       const struct gate_unit_texts *texts);
/*
 * Reads what gate_unit_doc_put wrote; strings go to the arena. Numbers of cases are not
 * in it: gate_unit_cases_read counts. Nor is what was covered: the run's `coverage` has
 * no set before gate_coverage_restore. ERR_CORRUPT.
 */
enum err_code gate_unit_doc_read(struct gate_unit_state *u, struct gate_unit_texts *texts,
                                 const struct json *v, const char *id,
                                 struct arena *arena, struct err *err) ERR_CHECKED;

void gate_unit_cases_put(struct buf *out, const struct gate_cases *c);
/* Appends to `c`. ERR_CORRUPT with the line. */
enum err_code gate_unit_cases_read(struct gate_cases *c, struct span text,
                                   struct err *err) ERR_CHECKED;

#endif
