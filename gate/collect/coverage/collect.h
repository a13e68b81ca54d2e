// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_COLLECT_H
#define GATE_COVERAGE_COLLECT_H

#include "collect/judge.h"

/*
 * Coverage as a part of a collection: the tree is listed before anything is run, reports
 * are gathered by the runner (gather.h), checks are judged when their suites are over.
 */

struct gate_collection;

/* What is remembered between checks; zeroed at first. */
struct gate_coverage_state {
	struct gate_cov_tree *tree;
	struct buf checks;             /* coverage.json, without its end */
	struct gate_artefact artefact; /* of the check that was judged last */
};

void gate_coverage_state_fini(struct gate_coverage_state *s);

/* Does the check rest on what this suite covers? */
bool gate_coverage_rests_on(const struct gate_check *check,
                            const struct gate_suite *suite);

/* True, with the judgement made, where a check on new code has no base. */
bool gate_coverage_no_base(const struct gate_collection *c, size_t check,
                           struct gate_judgement *j);

/* Lists the tree if a check is wanted that needs it. ERR_USAGE for a base that names no
 * commit. */
enum err_code gate_coverage_begin(struct gate_collection *c, struct err *err) ERR_CHECKED;

/* Judges a check whose suites (indexes of units) are over, and stores what it rests on.
 */
enum err_code gate_coverage_judge(struct gate_collection *c,
                                  const struct gate_check *check, const size_t *units,
                                  size_t count, struct gate_judgement *j,
                                  struct err *err) ERR_CHECKED;

/* The reports of a suite that did not run because an earlier result answers, from the
 * tracefile among its artefacts. */
enum err_code gate_coverage_reuse(struct gate_collection *c, size_t unit,
                                  struct err *err) ERR_CHECKED;

/* Appends the merged reports of a suite as a tracefile: for its artefacts, or `whole` to
 * be measured from; nothing if it has none. */
void gate_coverage_trace(struct buf *out, const struct gate_run *run, bool whole);

#endif
