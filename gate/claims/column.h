// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_COLUMN_H
#define GATE_CLAIMS_COLUMN_H

#include "claims/grid.h"

/*
 * A column of a table and one number in it that may be made of others: those are taken
 * row by row, added up, and held against what is stated.
 */

struct claims_term {
	struct claims_number n;
	struct claims_number weight;
};

struct claims_column {
	struct claims_work *w;
	const struct claims_table *t;
	size_t index;  /* of the column */
	size_t weight; /* that of the weights, CLAIMS_NONE without */
	enum claims_column_kind kind;
	const enum claims_row_kind *rows; /* from 1 */
	struct claims_value stated;
	/* The rows that are summed up. */
	struct claims_term *terms;
	size_t count, cap;
	const char *doubt; /* why a difference need not be one */
	struct gate_ratio sum, low, high, slack;
	struct gate_ratio weights, weighted;
};

/* The first doubt is the one that is told. */
void claims_column_doubt(struct claims_column *c, const char *why);
/* One more row; false where it holds something that cannot be added. */
bool claims_column_take(struct claims_column *c, size_t row);
/* Sums, bounds, and how much rounding of the rows may add up to. */
void claims_column_add_up(struct claims_column *c);
/* Is what is stated between the least and the greatest? */
bool claims_column_between(const struct claims_column *c);

/* Once it is added up. */
enum claims_fit claims_column_fit_sum(struct claims_column *c);
enum claims_fit claims_column_fit_mean(struct claims_column *c, struct gate_ratio *mean);
enum claims_fit claims_column_fit_weighted(struct claims_column *c,
                                           struct gate_ratio *mean);
/* Is the geometric mean what is stated? Then it is no arithmetic one that is wrong. */
bool claims_column_is_geometric(struct claims_column *c);
void claims_column_say(struct claims_column *c, enum gate_claim_kind kind,
                       const struct gate_ratio *computed, enum claims_fit fit);

#endif
