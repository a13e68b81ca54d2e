// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LAST_H
#define GATE_LAST_H

#include "collect/runner.h"

/*
 * What did not pass when it ran last: ROOT/.seaworthy/last-test.json. A suite stays there
 * until it passes, whatever runs meanwhile; no evidence, and never read by `run`.
 *
 *   {"version": 1, "suites": [{"id": "unit", "state": "fail", "tests": ["a", "b"]}]}
 *
 * `tests` are the failed ones, null where the whole suite has to be run again: it is
 * unknown, or what failed is no test that has a name.
 */
struct gate_last;

#define GATE_LAST_TESTS 1000 /* of one suite; with more the whole suite runs again */

struct gate_last_suite {
	const char *id;
	enum gate_run_state state;
	const char *const *tests; /* NULL: the whole suite */
	size_t test_count;
};

/* ERR_NOT_FOUND where nothing was run yet, ERR_CORRUPT with the mend. */
enum err_code gate_last_load(struct gate_last **out, const char *root,
                             struct err *err) ERR_CHECKED;
/* The same, but what cannot be read is taken for nothing. */
enum err_code gate_last_begin(struct gate_last **out, const char *root,
                              struct err *err) ERR_CHECKED;
void gate_last_free(struct gate_last *l);

size_t gate_last_count(const struct gate_last *l);
/* NULL for a suite that passed, or never ran. Borrowed. */
const struct gate_last_suite *gate_last_find(const struct gate_last *l, const char *id);

/*
 * Takes over what a suite came to. Of `asked` tests (NULL: it was run whole), those that
 * are not among its cases stay; false without memory.
 */
bool gate_last_note(struct gate_last *l, const char *id, const struct gate_run *r,
                    const struct gate_last_suite *asked);
enum err_code gate_last_store(const struct gate_last *l, struct err *err) ERR_CHECKED;

#endif
