// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_ASSESS_FIXTURE_H
#define TESTS_ASSESS_FIXTURE_H

#include "support/check.h"
#include "verdict/assess.h"

/*
 * An assessment from two lines of text. The policy is YAML without its `version`; the
 * records are words "id=VALUE[@HOURS][#TREE]" where VALUE is pass, fail, unknown, error,
 * n/a or LOW..HIGH, HOURS the age, TREE the tree ("-" for none, "t" by default).
 */

#define FIXTURE_NOW INT64_C(1800000000000)

struct fixture {
	struct arena arena;
	struct gate_policy *policy;
	struct gate_evidence evidence;
	struct gate_assessment *a;
};

/* Ends the test case with a message if the policy does not parse. */
void fixture_init(struct fixture *f, const char *policy, const char *records);
/* Assesses again, after the case changed policy or evidence. */
void fixture_assess(struct fixture *f);
void fixture_fini(struct fixture *f);

/* The check's index, by id. */
size_t fixture_check(const struct fixture *f, const char *id);
/* "L U K S cap decision exit" with exact fractions, e.g. "50 100 1/2 50 - NO-GO 4". */
const char *fixture_line(struct fixture *f);
/* "a:pass b:n/a" in policy order. */
const char *fixture_states(struct fixture *f);

#endif
