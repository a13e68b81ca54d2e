// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_ASSIGNMENT_H
#define SCANNERS_ASSIGNMENT_H

#include "base/span.h"

/*
 * May a value be given to the name that ends at `end`, in one of the forms that
 * rule_compose.c makes an expression of? False only where that expression cannot match:
 * most words that are part of a name stand in prose or are only read, and one look at
 * what follows them is far cheaper than the expression.
 */
bool scan_assignment_follows(struct span text, size_t end);

#endif
