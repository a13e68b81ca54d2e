// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_VALUE_H
#define SCANNERS_HARDCODED_VALUE_H

#include "scanners/hardcoded_marks.h"
#include "scanners/pass.h"

/* How far in front of a value its line is looked at; the marks reach a little further. */
enum { SCAN_BEFORE_MAX = HARDCODED_BEFORE - 8 };

/* Reports what a value has in it. `offset` is where its text stands in the file, `before`
 * and `after` what else is on its line. */
void scan_hardcoded_value(struct scan_pass *p, struct span text, size_t offset,
                          struct span before, struct span after);

#endif
