// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_H
#define SCANNERS_HARDCODED_H

#include "scanners/pass.h"

/* Values that belong into a configuration, in a string of code or in a value of a
 * configuration file. Other kinds of pieces hold none. `kinds`: of the marks in and near
 * the piece (hardcoded_marks.h); no others are looked for. */
void scan_hardcoded_piece(struct scan_pass *p, const struct scan_piece *piece,
                          unsigned kinds);

#endif
