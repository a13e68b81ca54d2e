// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DECIMAL_H
#define GATE_DECIMAL_H

#include "base/span.h"

/* Exact comparison of two decimals (num_is_decimal holds for both) without allocation:
 * < 0, 0, > 0. */
int gate_decimal_cmp(struct span a, struct span b);

#endif
