// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_GLANCE_H
#define SCANNERS_GLANCE_H

#include "scanners/hardcoded_marks.h"
#include "scanners/regex.h"

/*
 * What stands out of a text and is no literal, in one pass over its bytes: long runs of
 * the digits of Base64 (both alphabets), which tokens and encoded text are made of, and
 * the marks of hardcoded values that are made of digits and a sign. A set of expressions
 * looks at every byte for these, one after the other. Each thread has its own; what it
 * holds lasts until it looks again.
 */
struct scan_glance {
	struct scan_group *runs; /* by rising offsets; owned, reused */
	size_t run_count;
	size_t run_cap;
	struct scan_mark *marks; /* by rising ends; owned, reused */
	size_t mark_count;
	size_t mark_cap;
	bool marks_known; /* asked for, and not too many */
};

enum {
	SCAN_RUN_MIN = 24, /* bytes; shorter ones hide no secret: they decode to 18 */
	SCAN_MARKS_MAX = 1 << 16,
};

/* One of the bytes that runs are made of? */
bool scan_is_run_byte(char c);

/* False if there is no memory. */
bool scan_glance_look(struct scan_glance *g, struct span text, bool marks);
void scan_glance_fini(struct scan_glance *g);

#endif
