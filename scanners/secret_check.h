// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_CHECK_H
#define SCANNERS_SECRET_CHECK_H

#include "base/span.h"

/* Checksums that tokens carry in themselves, by the name that a rule's `check` gives:
 * true if the value's own is right. */
typedef bool scan_check(struct span value);

/* NULL if there is none of that name. */
scan_check *scan_check_named(const char *name);
/* The i-th name in their order, NULL behind the last. */
const char *scan_check_name(size_t i);

#endif
