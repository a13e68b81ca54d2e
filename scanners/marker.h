// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_MARKER_H
#define SCANNERS_MARKER_H

#include "scanners/pass.h"

/* Marker words (upper-case whole words) in one comment, doc comment or docstring. */
void scan_marker_comment(struct scan_pass *p, const struct scan_piece *comment);
/* Notes the marker words of a piece that is no comment, and with NULL those of a file of
 * unknown language: why they are no findings. */
void scan_marker_drops(struct scan_pass *p, const struct scan_piece *piece);

#endif
