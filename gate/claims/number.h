// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_NUMBER_H
#define GATE_CLAIMS_NUMBER_H

#include "base/span.h"

#include <stdint.h>

/*
 * A number as people write it. It is a quantity: what belongs to a name or a version
 * ("UTF-8", "v2", "1.2.3", "#12", "12:30", "007") is none.
 */

enum claims_bound {
	CLAIMS_EXACT,
	CLAIMS_ABOUT, /* "~22", "about 22" */
	CLAIMS_OVER,  /* "22+", "at least 22" */
	CLAIMS_UNDER, /* "< 22", "up to 22" */
};

enum { CLAIMS_DIGITS_MAX = 18, CLAIMS_DECIMALS_MAX = 9 };

struct claims_number {
	uint64_t mantissa;
	unsigned decimals; /* value = mantissa / 10^decimals */
	bool negative;
	bool plus; /* "+5" */
	bool percent;
	bool currency;
	bool grouped; /* "1,234" */
	bool comma;   /* "71,2" */
	enum claims_bound bound;
	struct span unit; /* "ms" of "5ms"; without that of the percent sign */
};

/* How many digits the text starts with. */
size_t claims_digits(struct span s);
/* Bytes of the number that the text starts with, its unit or percent sign included and
 * without what stands before it; 0 where it is none. */
size_t claims_number_read(struct span s, struct claims_number *n);

#endif
