// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SHAPE_INTERNAL_H
#define SCANNERS_SHAPE_INTERNAL_H

#include "shape.h"

/* Shared by the two halves of reading an expression: shape.c and shape_class.c. */

/* A class of more bytes than this is no alternative of literals. */
enum { CLASS_WORTH = 4 };

struct byte_set {
	uint64_t bits[4];
};

struct part {
	size_t min;
	size_t max;
	size_t positions;
	size_t head;           /* run bytes at the start, at least */
	bool all_head;         /* there are no others in it */
	struct byte_set first; /* what it may begin with; of an empty one, too */
	bool border;           /* there is a \b in front of it */
	bool exact_known;
	struct scan_literals exact; /* all that the part can be */
	struct scan_literals need;  /* every match holds one of them; empty: not known */
	struct scan_literals run;   /* the same of what stands at its end */
};

struct parser {
	struct span text;
	size_t at;
	size_t depth;
	size_t groups;
	const char *why; /* the first failure */
	size_t why_at;
	struct scan_literals spare;
};

/* Notes the failure; always false. */
bool scan_shape_fail(struct parser *x, const char *why);
/* The class that starts at '[', and the escape that starts at a backslash. */
bool scan_shape_class(struct parser *x, struct byte_set *out);
bool scan_shape_escape(struct parser *x, struct byte_set *out);

bool scan_byte_set_has(const struct byte_set *s, unsigned char c);
void scan_byte_set_add(struct byte_set *s, unsigned char from, unsigned char to);
/* ASCII letter, digit or _. */
bool scan_shape_is_word(unsigned char c);

#endif
