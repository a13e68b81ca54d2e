// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_EXPLAIN_H
#define GATE_EXPLAIN_H

#include "verdict/assess.h"

/*
 * Why the numbers are what they are: one check, the changes that would raise the score
 * most, or the whole sum with exact fractions. Each is appended to `out` as text for
 * people, or as one JSON object {schema_version, check, state, value, rule,
 * inputs[], evidence[], remedies[]{text, gain}}; gains are points of L.
 */

/* ERR_USAGE with a did-you-mean if the policy has no such check. */
enum err_code gate_explain_find(const struct gate_assessment *a, const char *id,
                                size_t *check, struct err *err) ERR_CHECKED;
enum err_code gate_explain_check(const struct gate_assessment *a, size_t check, bool json,
                                 struct buf *out, struct err *err) ERR_CHECKED;
/* The three changes that would raise the score most. */
enum err_code gate_explain_gains(const struct gate_assessment *a, bool json,
                                 struct buf *out, struct err *err) ERR_CHECKED;
/* `explain --score`: every line of the sum. */
enum err_code gate_explain_score(const struct gate_assessment *a, bool json,
                                 struct buf *out, struct err *err) ERR_CHECKED;

#endif
