// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_VALUE_H
#define GATE_VALUE_H

#include "base/num.h"
#include "verdict/model.h"
#include "verdict/ratio.h"

/*
 * From a measurement to the value of a check, as exact decimals in 0..1. A value without
 * a finite decimal is rounded down at 12 digits, also at the optimistic end when nothing
 * is missing: what was measured wholly must not count as partly measured.
 */

#define GATE_VALUE_TEXT (NUM_DECIMAL_MAX + 1)

struct gate_value {
	enum gate_state state; /* pass, warn or fail */
	char low[GATE_VALUE_TEXT];
	char high[GATE_VALUE_TEXT];
};

/* pass 1, warn 1/2, fail 0. */
void gate_value_of_state(struct gate_value *out, enum gate_state state);

/* What a measure would be if nothing had been missed. */
enum gate_missed {
	GATE_MISSED_NOTHING,
	GATE_MISSED_MORE, /* `x` or any more */
	GATE_MISSED_ANY,  /* any number */
};

/*
 * clamp((x - fail) / (pass - fail)); without a scale 1 at 0 and else 0. Low and high are
 * the worst and the best that it can be with what was missed. False if fail and pass are
 * the same number.
 */
bool gate_value_of_measure(struct gate_value *out, const struct gate_check *check,
                           const struct gate_ratio *x, enum gate_missed missed);

/* The same of a measure that is known to lie between two numbers; the check has a scale
 * on which more is better. */
bool gate_value_of_range(struct gate_value *out, const struct gate_check *check,
                         const struct gate_ratio *low, const struct gate_ratio *high);

/* Both ends given as decimals, e.g. an attested value. */
bool gate_value_of_decimals(struct gate_value *out, const char *low, const char *high);

/* At most `digits` digits after the point, rounded down, without zeros at the end. */
void gate_value_text(const struct gate_ratio *x, unsigned digits,
                     char out[GATE_VALUE_TEXT]);

#endif
