// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_EXACT_H
#define GATE_CLAIMS_EXACT_H

#include "claims/words.h"
#include "verdict/ratio.h"

/*
 * Exact arithmetic on what a document says, and how well a stated number fits. Nothing
 * here is floating point.
 */

enum claims_fit {
	CLAIMS_FITS,
	CLAIMS_MAY_FIT, /* as somebody may have rounded, or meant by "about" */
	CLAIMS_DIFFERS,
};

void claims_exact(struct gate_ratio *r, const struct claims_number *n);
/* 10^-decimals / divisor. */
void claims_unit(struct gate_ratio *r, unsigned decimals, uint64_t divisor);
/* The number as people write it, without its unit. */
void claims_put_number(struct buf *out, const struct claims_number *n);
/* Rounded half up to so many decimals, without zeros at the end. */
void claims_put_ratio(struct buf *out, const struct gate_ratio *r, unsigned decimals);
/* The same with as many decimals as show the difference to what is stated: two more. */
void claims_put_computed(struct buf *out, const struct gate_ratio *r,
                         const struct claims_number *stated);
/* |a - b| <= by */
bool claims_within(const struct gate_ratio *a, const struct gate_ratio *b,
                   const struct gate_ratio *by);
/* Does it lie a quarter and more outside, as stars do beside points of a hundred? */
bool claims_is_far(const struct claims_number *n, const struct gate_ratio *low,
                   const struct gate_ratio *high);
/*
 * Does the stated number fit what is computed, give or take `slack` (NULL: none)?
 * Rounding either way to the stated decimals fits, and what "about", "over" and "under"
 * leave room for.
 */
enum claims_fit claims_fits(const struct claims_number *stated,
                            const struct gate_ratio *computed,
                            const struct gate_ratio *slack);

#endif
