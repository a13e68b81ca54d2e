// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DELTA_H
#define GATE_DELTA_H

#include "verdict/assess.h"

/*
 * Why one run scores differently from another: each point of the difference is put down
 * to evidence, policy or caps. With k the share and v the value of a check,
 *
 *   S' - S = sum k' (v' - v)  +  sum (k' - k) v  +  (S' - L') - (S - L)
 *              evidence            policy               caps
 *
 * exactly. A check that does not apply on one side has no value there, and takes that of
 * the other: what it brings or takes away is policy. Pure.
 */

struct gate_scored_check {
	const char *id;
	enum gate_state state;
	struct gate_ratio share; /* borrowed, as all ratios here */
	struct gate_ratio low;
};

struct gate_scored {
	const struct gate_scored_check *checks; /* by id, each once */
	size_t count;
	struct gate_ratio lower;
	struct gate_ratio final;
};

/* Lists live in `arena`, values in the assessment. False without memory. */
bool gate_scored_of(struct gate_scored *out, const struct gate_assessment *a,
                    struct arena *arena);

enum gate_term { GATE_TERM_EVIDENCE, GATE_TERM_POLICY, GATE_TERM_CAP, GATE_TERMS };
const char *gate_term_name(enum gate_term t);

/* One term that is not 0. */
struct gate_delta_item {
	enum gate_term term;
	const struct gate_scored_check *before; /* NULL: not there; both of the cap */
	const struct gate_scored_check *after;
	struct gate_ratio points;
	int64_t tenths; /* as printed: all of them add up to gate_delta.tenths */
};

struct gate_delta {
	struct arena arena;
	struct gate_delta_item *items; /* by check, the cap last */
	size_t count;
	struct gate_ratio terms[GATE_TERMS];
	struct gate_ratio total;
	int64_t tenths; /* difference of the printed scores */
	int64_t term_tenths[GATE_TERMS];
	/* The same checks apply, and each is worth the same: all the rest is evidence. */
	bool comparable;
};

/* `a` and `b` live as long as the result, which is finished in every case. ERR_CORRUPT
 * where a score is not the sum of its checks. */
enum err_code gate_delta_make(struct gate_delta *out, const struct gate_scored *a,
                              const struct gate_scored *b, struct err *err) ERR_CHECKED;
void gate_delta_fini(struct gate_delta *d);

/* Has this rise to be explained, item by item: is it above 5 points, or partly of the
 * policy? */
bool gate_delta_is_large(const struct gate_delta *d);
bool gate_delta_is_by_policy(const struct gate_delta *d);

#endif
