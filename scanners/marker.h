// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_MARKER_H
#define SCANNERS_MARKER_H

#include "scanners/pass.h"

/* Marker words (upper-case whole words) in one comment, doc comment or docstring. */
void scan_marker_comment(struct scan_pass *p, const struct scan_piece *comment);

#endif
