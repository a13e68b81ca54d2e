// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_RANDOM_CASE_H
#define TESTS_RANDOM_CASE_H

#include "verdict/assess.h"

#include <stdio.h>

/*
 * A random policy with its evidence, small enough to read and wide enough to meet every
 * rule: zero and huge weights, ties, stale and foreign evidence, waivers that are and are
 * not in force. Everything is inside the struct, so a case is copied by case_copy alone.
 */

#define CASE_CATEGORIES 4
#define CASE_CHECKS 8
#define CASE_WAIVERS 3
#define CASE_STEPS 20 /* values are multiples of 1/20 */

struct random_case {
	struct gate_policy policy;
	struct gate_evidence evidence;
	struct gate_category categories[CASE_CATEGORIES];
	struct gate_check checks[CASE_CHECKS + 1]; /* one may be added */
	struct gate_record records[CASE_CHECKS + 1];
	struct gate_waiver waivers[CASE_WAIVERS];
	struct gate_signoff_rule signoff;
	struct gate_quarantine quarantine;
	struct gate_component component;
	struct gate_area areas[CASE_CHECKS]; /* one a check, of the component */
};

struct dice {
	uint64_t state;
};

uint64_t dice_next(struct dice *d);
/* 0 .. below - 1 */
size_t dice_below(struct dice *d, size_t below);
bool dice_percent(struct dice *d, unsigned chance);

void case_random(struct random_case *c, struct dice *d);
/* A plain memcpy would leave the copy pointing into the original. */
void case_copy(struct random_case *to, const struct random_case *from);
/* Text of i / CASE_STEPS, and i from that text. */
const char *case_value(size_t i);
size_t case_step(const char *text);
/* The index of the check's record, or record_count. */
size_t case_record(const struct random_case *c, size_t check);
/* Appends a fresh record; its value is the caller's to set. */
struct gate_record *case_add_record(struct random_case *c, size_t check);
void case_drop_record(struct random_case *c, size_t record);
/* The clock and every time of the input. */
void case_move_times(struct random_case *c, int64_t by_ms);
/* With the records and waivers that name it. */
void case_drop_check(struct random_case *c, size_t check);
void case_print(const struct random_case *c, FILE *out);

#endif
