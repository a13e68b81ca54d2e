// SPDX-License-Identifier: Apache-2.0
#include "crypto/box.h"

#include "support/check_hex.h"

TestSuite(box, .timeout = 10);

Test(box, opens_the_vector)
{
	static const char digits[] =
		"590812aba588089d74d90d3f756d160b31f59b33aff665ddd741e7c1ebc80417"
		"3b87a95429319b6e864ca7b6c4357261ddd72ad591e9ea64c81060b2825545a1"
		"48224ed5566c14c53ab0ed56da74bba6";
	const struct lb_key seed = check_counting_key();
	unsigned char boxed[LB_BOXED];
	struct err err = ERR_INIT;
	struct lb_public public;
	struct lb_key secret;
	struct lb_key key;

	lb_box_derive(&secret, &seed);
	lb_box_public(&public, &secret);
	check_hex_eq(public.b, (size_t)LB_PUBLIC,
	             "5ac5a2f46f12a18de43e182b5389309a9c82333ae314f3e3c464dff52abe817d",
	             "public key");
	check_true(str_unhex(span_str(digits), boxed, LB_BOXED), "digits");
	check_ok(lb_box_open(&key, &secret, boxed, &err), &err);
	for (unsigned i = 0; i < LB_KEY; i++)
		check_int_eq(key.b[i], 100 + i, "byte %u of the key", i);
}

Test(box, only_the_owner_opens_it)
{
	const struct lb_key zero = { { 0 } };
	const struct lb_key key = check_counting_key();
	unsigned char boxed[LB_BOXED];
	struct err err = ERR_INIT;
	struct lb_public public;
	struct lb_key secret;
	struct lb_key out;

	lb_key_random(&secret);
	lb_box_public(&public, &secret);
	check_ok(lb_box_seal(boxed, &public, &key, &err), &err);
	check_ok(lb_box_open(&out, &secret, boxed, &err), &err);
	check_true(lb_key_eq(&out, &key), "the key comes back");
	for (size_t bit = 0; bit < (size_t)8 * LB_BOXED; bit++) {
		/* The sender's key has a bit that X25519 ignores: the nonce does not. */
		boxed[bit / 8] ^= (unsigned char)(1U << bit % 8);
		check_err(lb_box_open(&out, &secret, boxed, &err), ERR_AUTH, "bit %zu",
		          bit);
		check_true(lb_key_eq(&out, &zero), "nothing is left, bit %zu", bit);
		boxed[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
	lb_key_random(&secret);
	check_err(lb_box_open(&out, &secret, boxed, &err), ERR_AUTH, "somebody else");
}

Test(box, a_weak_public_key_is_refused)
{
	const struct lb_public weak = { { 0 } };
	const struct lb_key key = check_counting_key();
	unsigned char boxed[LB_BOXED];
	struct err err = ERR_INIT;

	check_err(lb_box_seal(boxed, &weak, &key, &err), ERR_CORRUPT, "all zeros");
}
