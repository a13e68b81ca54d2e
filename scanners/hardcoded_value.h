// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_VALUE_H
#define SCANNERS_HARDCODED_VALUE_H

#include "scanners/hardcoded_marks.h"
#include "scanners/pass.h"

/* How far in front of a value its line is looked at; the marks reach a little further. */
enum { SCAN_BEFORE_MAX = HARDCODED_BEFORE - 8 };

struct scan_value {
	struct span text;
	size_t offset;      /* of the text in the file */
	struct span before; /* on its line, in front of it, at most SCAN_BEFORE_MAX */
	struct span after;  /* and behind it */
	unsigned kinds;     /* of the marks near it: what it may be (hardcoded_marks.h) */
};

/* Reports what a value has in it. */
void scan_hardcoded_value(struct scan_pass *p, const struct scan_value *value);

#endif
