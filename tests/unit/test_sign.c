// SPDX-License-Identifier: Apache-2.0
#include "crypto/sign.h"

#include "support/check_hex.h"

TestSuite(sign, .timeout = 10);

static const char domain[] = "lifeboat record";

Test(sign, matches_the_vectors)
{
	const struct lb_key seed = check_counting_key();
	unsigned char signature[LB_SIGNATURE];
	struct err err = ERR_INIT;
	struct lb_sign_key key;
	struct lb_public public;
	struct lb_id16 writer;

	lb_sign_derive(&key, &seed);
	lb_sign_public(&public, &key);
	check_hex_eq(public.b, (size_t)LB_PUBLIC,
	             "e7d305971a7008be9f723d03407be1255ce16b2f1afdb6d1ed35acd7d65f9373",
	             "public key");
	check_ok(lb_sign_writer(&writer, &public, &err), &err);
	check_hex_eq(writer.b, (size_t)LB_ID16, "9f8da7f75388acf37e0abae52bc32e56",
	             "writer");
	check_ok(lb_sign(signature, &key, domain, SPAN_LIT("a message"), &err), &err);
	check_hex_eq(signature, (size_t)LB_SIGNATURE,
	             "bb997f292eac9c15fbfc76d6ad598aabf98ceb9b9b1192161b954bde88095069"
	             "dd71f9a9727f6d9e0ac8684cd1386a8dc5ae36fc928884b3ee627a8783eac206",
	             "signature");
	check_ok(lb_sign_check(signature, &public, domain, SPAN_LIT("a message"), &err),
	         &err);
	lb_sign_wipe(&key);
}

Test(sign, refuses_whatever_differs)
{
	const struct lb_key seed = check_counting_key();
	const struct span message = SPAN_LIT("a message");
	unsigned char signature[LB_SIGNATURE];
	struct err err = ERR_INIT;
	struct lb_sign_key key;
	struct lb_public public;

	lb_sign_derive(&key, &seed);
	lb_sign_public(&public, &key);
	check_ok(lb_sign(signature, &key, domain, message, &err), &err);
	for (size_t bit = 0; bit < (size_t)8 * LB_SIGNATURE; bit++) {
		signature[bit / 8] ^= (unsigned char)(1U << bit % 8);
		check_err(lb_sign_check(signature, &public, domain, message, &err),
		          ERR_AUTH, "bit %zu", bit);
		signature[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
	check_err(lb_sign_check(signature, &public, domain, SPAN_LIT("a massage"), &err),
	          ERR_AUTH, "another message");
	check_err(lb_sign_check(signature, &public, "lifeboat next", message, &err),
	          ERR_AUTH, "another domain");
	public.b[3] ^= 1;
	check_err(lb_sign_check(signature, &public, domain, message, &err), ERR_AUTH,
	          "another key");
	check_str_contains(err.msg, "signature", "and it says what is wrong");
	lb_sign_wipe(&key);
}

Test(sign, running_out_of_memory_is_no_wrong_signature)
{
	const struct lb_key seed = check_counting_key();
	unsigned char signature[LB_SIGNATURE];
	struct err err = ERR_INIT;
	struct lb_sign_key key;
	struct lb_public public;

	lb_sign_derive(&key, &seed);
	lb_sign_public(&public, &key);
	mem_fail_after(1);
	check_err(lb_sign(signature, &key, domain, SPAN_LIT("a"), &err), ERR_NOMEM,
	          "sign");
	check_err(lb_sign_check(signature, &public, domain, SPAN_LIT("a"), &err),
	          ERR_NOMEM, "check");
	mem_fail_after(0);
	lb_sign_wipe(&key);
}
