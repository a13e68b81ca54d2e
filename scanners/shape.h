// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SHAPE_H
#define SCANNERS_SHAPE_H

#include "base/span.h"

#include <stdint.h>

/*
 * What can be told of an expression without running it: how long its matches are, and
 * which literals each of them holds one of. Reading it is also the definition of the
 * subset that rules may use: what is not common to PCRE2 and Hyperscan is refused here,
 * on every machine alike. Linear in the expression; no memory beyond the struct.
 */

#define SCAN_SHAPE_LONG SIZE_MAX /* no upper bound */

enum {
	SCAN_LITERALS_MAX = 24,      /* alternatives of one shape */
	SCAN_LITERAL_MAX = 24,       /* bytes of each; longer ones are cut */
	SCAN_SHAPE_DEPTH = 40,       /* groups inside groups */
	SCAN_SHAPE_POSITIONS = 8192, /* characters, repetitions written out */
};

struct scan_literal {
	unsigned char len;
	char text[SCAN_LITERAL_MAX]; /* ASCII letters in lower case */
};

struct scan_literals {
	size_t count;
	struct scan_literal items[SCAN_LITERALS_MAX];
};

struct scan_shape {
	size_t min; /* bytes of a match */
	size_t max; /* or SCAN_SHAPE_LONG */
	size_t groups;
	size_t head;       /* bytes of a run (glance.h) that every match begins with */
	uint64_t first[4]; /* one bit a byte: what a match may begin with */
	bool border;       /* it begins with a letter, digit or _ behind none of these */
	struct scan_literals literals; /* count 0: none is known */
};

/* Why a pattern is refused, and where. */
struct scan_shape_error {
	size_t offset;
	const char *why; /* static text, with the mend */
};

/* False if the pattern is refused. */
bool scan_shape_of(struct span pattern, struct scan_shape *out,
                   struct scan_shape_error *why);

#endif
