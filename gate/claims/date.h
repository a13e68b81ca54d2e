// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_DATE_H
#define GATE_CLAIMS_DATE_H

#include "claims/words.h"

/* A day of the calendar in a text: "2024-05-01", "May 1, 2024", "1 May 2024". */

struct claims_date {
	unsigned year, month, day;
	int64_t days;    /* since 0000-03-01; only where the day exists */
	size_t from, to; /* tokens */
	bool valid;
};

extern const char *const claims_weekdays[7];

unsigned claims_month_days(unsigned year, unsigned month);
/* 0 = Monday. */
unsigned claims_weekday_of(const struct claims_date *d);
/* The same of a name; 7: it is none. Three letters or all of them, "tues" and "thurs". */
unsigned claims_weekday_named(const struct claims_token *t);
/* From 1; 0: it is none. */
unsigned claims_month_named(const struct claims_token *t);
/* A date that begins at this token; false where there is none. `valid` is false for one
 * that the calendar does not have. */
bool claims_date_at(const struct claims_tokens *t, size_t i, struct claims_date *d);
void claims_date_put(struct buf *out, const struct claims_date *d);

#endif
