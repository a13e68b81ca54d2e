// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_AREAS_H
#define GATE_AREAS_H

#include "collect/coverage/measure.h"
#include "collect/judge.h"
#include "scanners/owner.h"
#include "scanners/scope.h"

/*
 * What a check's evidence says of each part of the product (verdict/model.h): of the
 * policy's components, a path in the first that has it, and of each owner that CODEOWNERS
 * names, a path in all that own it. A part that a suite, a report or a scan knows nothing
 * of gets no entry: no file of it was there to look at.
 */

struct gate_collection;

/* Zeroed at first; loaded by the first check that needs it. */
struct gate_areas {
	bool loaded;
	struct scan_owners code_owners;
	const char **owners; /* each of them, in the order of the file */
	size_t owner_count;
	size_t owner_cap;
	struct map by_owner;            /* to its place in `owners`, + 1 */
	bool (*has_files)[SCAN_SCOPES]; /* of each part; NULL: not known yet */
};

void gate_areas_fini(struct gate_areas *a);

/* For a collection without a tree, as a merge is: the CODEOWNERS of the tree that it is
 * about. */
enum err_code gate_areas_give(struct gate_collection *c, struct span code_owners,
                              struct err *err) ERR_CHECKED;

/* Adds to the judgement, which has a value, the values of the parts. */
enum err_code gate_areas_of_scan(struct gate_collection *c,
                                 const struct gate_check *check,
                                 const struct scan_result *r, struct gate_judgement *j,
                                 struct err *err) ERR_CHECKED;
/* `dirs` are the folders of the runs. */
enum err_code gate_areas_of_runs(struct gate_collection *c,
                                 const struct gate_check *check, const char *what,
                                 const struct gate_run *const *runs,
                                 const char *const *dirs, size_t count,
                                 struct gate_judgement *j, struct err *err) ERR_CHECKED;
enum err_code gate_areas_of_coverage(struct gate_collection *c,
                                     const struct gate_check *check,
                                     const struct gate_cov_measured *m,
                                     struct gate_judgement *j,
                                     struct err *err) ERR_CHECKED;

#endif
