// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_POSSIBLE_H
#define GATE_POSSIBLE_H

#include "verdict/assess.h"

/*
 * The most that each category and check can contribute, in tenths, beside what it does
 * contribute. The lost parts are apportioned as the contributions are, so that categories
 * add up to 100.0, the checks of one to it, and nothing contributes more than it can; all
 * are 0 where no weight applies. `categories` and `checks` have room for the policy's.
 */
enum err_code gate_possible(const struct gate_assessment *a, int64_t *categories,
                            int64_t *checks, struct err *err) ERR_CHECKED;

#endif
