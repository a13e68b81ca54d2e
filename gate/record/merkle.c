// SPDX-License-Identifier: Apache-2.0
#include "record/merkle.h"

#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

enum { LEAF = 0, NODE = 1 };

static enum err_code hash_leaf(const struct lb_id *digest, struct lb_id *out,
                               struct err *err)
{
	char text[1 + LB_ID] = { LEAF };

	memcpy(text + 1, digest->b, LB_ID);
	return lb_hash(span_of(text, sizeof text), out, err);
}

static enum err_code hash_node(const struct lb_id *left, const struct lb_id *right,
                               struct lb_id *out, struct err *err)
{
	char text[1 + 2 * LB_ID] = { NODE };

	memcpy(text + 1, left->b, LB_ID);
	memcpy(text + 1 + LB_ID, right->b, LB_ID);
	return lb_hash(span_of(text, sizeof text), out, err);
}

/*
 * Subtrees that are complete and wait for their right neighbour, the largest first, as
 * the bits of how many leaves came: each leaf merges as often as an addition of one
 * carries. What is left at the end merges from the right, which is how RFC 6962 splits.
 */
enum err_code gate_merkle_root(const struct lb_id *digests, size_t count,
                               struct lb_id *out, struct err *err)
{
	struct lb_id waiting[8 * sizeof(size_t)];
	size_t depth = 0;
	enum err_code rc;

	if (count == 0)
		return lb_hash(SPAN_EMPTY, out, err);
	for (size_t i = 0; i < count; i++) {
		if ((rc = hash_leaf(&digests[i], &waiting[depth++], err)) != ERR_OK)
			return rc;
		for (size_t n = i; (n & 1) != 0; n >>= 1, depth--)
			if ((rc = hash_node(&waiting[depth - 2], &waiting[depth - 1],
			                    &waiting[depth - 2], err)) != ERR_OK)
				return rc;
	}
	for (; depth > 1; depth--)
		if ((rc = hash_node(&waiting[depth - 2], &waiting[depth - 1],
		                    &waiting[depth - 2], err)) != ERR_OK)
			return rc;
	*out = waiting[0];
	return ERR_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return lb_id_cmp(a, b);
}

enum err_code gate_merkle_set_root(struct lb_id *digests, size_t count, struct lb_id *out,
                                   struct err *err)
{
	if (count > 0)
		qsort(digests, count, sizeof *digests, by_bytes);
	return gate_merkle_root(digests, count, out, err);
}
