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

void gate_unit_doc_put(struct buf *out, const char *id, const struct gate_unit_state *u,
                       const char *cases_sha256);
/*
 * Reads what gate_unit_doc_put wrote; strings go to the arena. `*cases_sha256` is NULL
 * where the unit had no cases. Numbers of cases are not in it: gate_unit_cases_read
 * counts. ERR_CORRUPT.
 */
enum err_code gate_unit_doc_read(struct gate_unit_state *u, const char **cases_sha256,
                                 const struct json *v, const char *id,
                                 struct arena *arena, struct err *err) ERR_CHECKED;

void gate_unit_cases_put(struct buf *out, const struct gate_cases *c);
/* Appends to `c`. ERR_CORRUPT with the line. */
enum err_code gate_unit_cases_read(struct gate_cases *c, struct span text,
                                   struct err *err) ERR_CHECKED;

#endif
