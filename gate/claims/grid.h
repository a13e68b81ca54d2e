// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_GRID_H
#define GATE_CLAIMS_GRID_H

#include "claims/check_internal.h"

/* What the cells of a table, and the items of a list, are. */

enum claims_value_kind {
	CLAIMS_BLANK, /* nothing, or "-", "n/a" */
	CLAIMS_QUANTITY,
	CLAIMS_PAIR, /* "12/15" */
	CLAIMS_WORDS,
};

struct claims_value {
	enum claims_value_kind kind;
	struct claims_token token; /* the number, the first of a pair */
	struct claims_number of;   /* the second */
};

enum claims_row_kind {
	CLAIMS_ROW,
	CLAIMS_ROW_TOTAL,
	CLAIMS_ROW_SUBTOTAL,
	CLAIMS_ROW_MEAN,
	CLAIMS_ROW_OVERALL, /* "Overall score": of weights, or a mean */
	CLAIMS_ROW_PART,    /* "of which ..": counted above already */
	CLAIMS_ROW_MORE,    /* "...": rows are left out */
};

enum claims_column_kind {
	CLAIMS_COLUMN_OTHER,
	CLAIMS_COLUMN_COUNT, /* adds up */
	CLAIMS_COLUMN_WEIGHT,
	CLAIMS_COLUMN_SHARE, /* a contribution: weight times score */
	CLAIMS_COLUMN_SCORE,
	CLAIMS_COLUMN_RATE,  /* does not add up */
	CLAIMS_COLUMN_UNION, /* people: the same ones may be in several rows */
};

/* Of a whole cell. */
void claims_value(struct claims_tokens *t, struct span cell, struct claims_value *v);
/* By what its label says; `last` is the last row with anything in it. */
enum claims_row_kind claims_row_kind(struct claims_tokens *t, struct span label,
                                     bool last);
enum claims_column_kind claims_column_kind(struct span header);
/* Of one kind, so that adding them up means something? */
bool claims_same_unit(const struct claims_number *a, const struct claims_number *b);
/* Is it a number that was rounded, as measures are and counts are not? */
bool claims_is_rounded(const struct claims_number *n);

#endif
