// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_CODE_LINES_H
#define SCANNERS_CODE_LINES_H

#include "base/buf.h"

#include <stdint.h>

/* Counts the lines of a file that hold code, told piece by piece. */
struct scan_code_lines {
	uint64_t lines;
	uint64_t line;    /* in hand, from 0 */
	bool seen;        /* code on it */
	struct buf *bits; /* one a line, set where there is code; NULL: not noted */
};

/* The piece that follows. Running out of memory shows in `bits`. */
void scan_code_lines_add(struct scan_code_lines *c, struct span text, bool code);

#endif
