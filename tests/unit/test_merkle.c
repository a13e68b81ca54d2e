// SPDX-License-Identifier: Apache-2.0
#include "record/merkle.h"

#include "base/buf.h"
#include "crypto/digest.h"
#include "support/check_hex.h"

TestSuite(merkle, .timeout = 10);

enum { MANY = 70 };

static void fill(struct lb_id *digests, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		memset(digests[i].b, 0, LB_ID);
		digests[i].b[0] = (unsigned char)i;
	}
}

static struct lb_id root_of(const struct lb_id *digests, size_t count)
{
	struct lb_id root;
	struct err err = ERR_INIT;

	check_ok(gate_merkle_root(digests, count, &root, &err), &err);
	return root;
}

/* The definition as it stands in RFC 6962: split at the largest power of two below n. */
static struct lb_id defined(const struct lb_id *digests, size_t count)
{
	char text[1 + 2 * LB_ID];
	struct lb_id out;
	struct lb_id left;
	struct lb_id right;
	size_t split = 1;
	struct err err = ERR_INIT;

	if (count == 1) {
		text[0] = 0;
		memcpy(text + 1, digests->b, LB_ID);
		check_ok(lb_hash(span_of(text, 1 + LB_ID), &out, &err), &err);
		return out;
	}
	while (2 * split < count)
		split *= 2;
	left = defined(digests, split);
	right = defined(digests + split, count - split);
	text[0] = 1;
	memcpy(text + 1, left.b, LB_ID);
	memcpy(text + 1 + LB_ID, right.b, LB_ID);
	check_ok(lb_hash(span_of(text, sizeof text), &out, &err), &err);
	return out;
}

Test(merkle, roots_are_those_of_the_definition)
{
	struct lb_id digests[MANY];
	struct lb_id root = root_of(NULL, 0);

	fill(digests, MANY);
	check_hex_eq(root.b, (size_t)LB_ID,
	             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	             "of nothing");
	for (size_t n = 1; n <= MANY; n++) {
		const struct lb_id want = defined(digests, n);

		root = root_of(digests, n);
		check_true(lb_id_eq(&root, &want), "%zu leaves", n);
	}
}

Test(merkle, every_change_changes_the_root)
{
	struct lb_id digests[MANY];

	fill(digests, MANY);
	for (size_t n = 1; n < MANY; n += 13) {
		const struct lb_id root = root_of(digests, n);
		struct lb_id other = root_of(digests, n + 1);

		check_true(!lb_id_eq(&root, &other), "one more than %zu", n);
		for (size_t i = 0; i < n; i++) {
			digests[i].b[31] ^= 1;
			other = root_of(digests, n);
			check_true(!lb_id_eq(&root, &other), "leaf %zu of %zu", i, n);
			digests[i].b[31] ^= 1;
		}
	}
	/* A node for a leaf: the root of two is no leaf's digest. */
	{
		const struct lb_id two = root_of(digests, 2);
		struct lb_id wrapped = root_of(&two, 1);

		check_true(!lb_id_eq(&two, &wrapped), "domains are apart");
	}
}

Test(merkle, a_set_has_no_order)
{
	struct lb_id digests[MANY];
	struct lb_id a;
	struct lb_id b;
	struct err err = ERR_INIT;

	fill(digests, MANY);
	a = root_of(digests, MANY);
	for (size_t i = 0; i < MANY / 2; i++) {
		const struct lb_id swap = digests[i];

		digests[i] = digests[MANY - 1 - i];
		digests[MANY - 1 - i] = swap;
	}
	b = root_of(digests, MANY);
	check_true(!lb_id_eq(&a, &b), "a list has");
	check_ok(gate_merkle_set_root(digests, MANY, &b, &err), &err);
	check_true(lb_id_eq(&a, &b), "a set has not");
}
