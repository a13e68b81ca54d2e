// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ASSESS_INTERNAL_H
#define GATE_ASSESS_INTERNAL_H

#include "base/map.h"
#include "verdict/assess.h"

/*
 * The steps of gate_assess, in the order they run. Each reads what the steps before it
 * wrote into the assessment. Texts go to the assessment's arena, whose failure is sticky
 * and is looked at once at the end.
 */

struct gate_work {
	struct gate_assessment *a;
	const struct gate_evidence *evidence;
	struct map by_id; /* check id -> its struct gate_assessed_check */
	size_t reason_cap;
	size_t condition_cap;
	size_t note_cap;
};

/* ---- judge.c: state and value of each check from its record, freshness first ---- */

void gate_judge_checks(struct gate_work *w);

/* ---- attestation.c: does a person's word count? ---- */

/* Why check `i` is not attested, or NULL; `*expired` where it once was. Notes one that
 * ends soon. */
const char *gate_attestation_fault(struct gate_work *w, size_t i, bool *expired);

/* ---- waiver.c: which waivers are in force, and on which checks ---- */

enum err_code gate_waivers_apply(struct gate_work *w, struct err *err) ERR_CHECKED;

/* ---- share.c: what each check is worth ---- */

/*
 * Sets share_of_all over all checks, or share (of checks and categories) over the
 * applicable ones. `*any` is false where no weight counts; all shares are 0 then.
 */
enum err_code gate_shares_of_all(struct gate_assessment *a, struct err *err) ERR_CHECKED;
enum err_code gate_shares(struct gate_assessment *a, bool *any,
                          struct err *err) ERR_CHECKED;

/* ---- limits.c ---- */

enum err_code gate_limit_not_applicable(struct gate_assessment *a,
                                        struct err *err) ERR_CHECKED;
enum err_code gate_limit_attested(struct gate_assessment *a, struct err *err) ERR_CHECKED;

/* ---- sum.c: L, U, K and the scores of categories; checks U - L = 100 (1 - K) ---- */

enum err_code gate_sum(struct gate_assessment *a, struct err *err) ERR_CHECKED;

/* ---- apportion.c: contributions in tenths that add up to floor(10 L) ---- */

enum err_code gate_apportion(struct gate_assessment *a, struct err *err) ERR_CHECKED;

/*
 * Largest remainder: whole numbers near `quotas` that add up to `total`, ties in order.
 * `total` must be in reach: from the sum of the floors to that plus `count`.
 */
enum err_code gate_apportion_list(const struct gate_ratio *quotas, size_t count,
                                  int64_t total, int64_t *out,
                                  struct err *err) ERR_CHECKED;

/* ---- signoff.c: which sign-offs count, and what is missing ---- */

enum err_code gate_signoffs_judge(struct gate_work *w, struct err *err) ERR_CHECKED;
/* "missing sign-off: lead (1 of 2 people)", or NULL where rule `i` has all it needs. */
const char *gate_signoff_missing(struct gate_assessment *a, size_t i);
/* "rejected by bob (lead): not today". */
const char *gate_signoff_rejection(struct gate_assessment *a,
                                   const struct gate_signed *s);

/* ---- area.c: scores of components and owners ---- */

enum err_code gate_areas_assess(struct gate_assessment *a, struct err *err) ERR_CHECKED;
void gate_assessed_areas_fini(struct gate_assessment *a);
/* The check whose pass would add most to the component's score, or NULL. */
const char *gate_area_biggest_loss(const struct gate_assessment *a, size_t component);
const char *gate_area_reason(struct gate_assessment *a, size_t component,
                             const char *threshold);

/* ---- decide.c: caps, decision and reasons ---- */

void gate_decide(struct gate_work *w);

void gate_add_reason(struct gate_work *w, const char *text);
void gate_add_note(struct gate_work *w, const char *text);
/* "P0", "required check"; "failed", "expired". */
const char *gate_check_kind(const struct gate_check *c);
const char *gate_state_words(const struct gate_assessed_check *s);
/* NULL is a threshold that nothing is below. */
bool gate_is_below(const struct gate_ratio *value, const char *threshold);
const char *gate_score_reason(struct gate_assessment *a, const char *threshold);
const char *gate_coverage_reason(struct gate_assessment *a, const char *threshold);
const char *gate_floor_reason(struct gate_assessment *a, size_t g, const char *what,
                              const char *floor);

/* ---- condition.c: the conditions of a CONDITIONAL GO; each is a reason too ---- */

void gate_conditions_find(struct gate_work *w);

/* ---- help for all of them ---- */

/* Which cap this check is a cause of: GATE_P0, GATE_P1 or none. */
enum gate_priority gate_cap_level(const struct gate_check *c,
                                  const struct gate_assessed_check *s);
/* A decimal of the policy, whose form the policy promises. */
void gate_ratio_from_policy(struct gate_ratio *r, const char *decimal);
/* Arrays of ratios, all 0; NULL on failure. */
struct gate_ratio *gate_ratios_new(size_t count);
void gate_ratios_free(struct gate_ratio *r, size_t count);

#endif
