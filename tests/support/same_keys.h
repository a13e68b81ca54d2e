/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_SAME_KEYS_H
#define SW_TESTS_SAME_KEYS_H

#include "repo/keyset.h"

/* Do two keysets encode to the same bytes? */
static inline bool same_keys(const struct lb_keyset *a, const struct lb_keyset *b)
{
	struct lb_secret one = LB_SECRET_INIT;
	struct lb_secret two = LB_SECRET_INIT;
	const bool same = lb_keyset_encode(a, &one, NULL) == ERR_OK &&
	                  lb_keyset_encode(b, &two, NULL) == ERR_OK &&
	                  span_eq(lb_secret_span(&one), lb_secret_span(&two));

	lb_secret_free(&one);
	lb_secret_free(&two);
	return same;
}

#endif
