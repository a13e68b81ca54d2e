// SPDX-License-Identifier: Apache-2.0
#include "support/check_hex.h"

TestSuite(key, .timeout = 10);

/* The digits come from tests/golden/crypto_vectors.py. */
Test(key, derivation_matches_the_vectors)
{
	const struct {
		const char *label;
		struct span context;
		const char *hex;
	} table[] = {
		{ "commit",
		  { "", 0 },
		  "61e8198d600b207a0af80614f6f87c89e1731f657e92fd447472c9b50ab5b7b7" },
		{ "pack", SPAN_LIT("salt"),
		  "46fc8cebf53bd2ced4067f507b880c1d09989ff67128fb64c2df3c61f1833c93" },
		{ "",
		  { "", 0 },
		  "a8f4b0e00092875ccf7b5493d6d8414c5bce85377e793d9694e168d260af4e71" },
	};
	const struct lb_key key = check_counting_key();
	struct lb_key out;
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];
	struct lb_id id;

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		lb_kdf(&out, &key, table[i].label, table[i].context);
		memcpy(id.b, out.b, LB_ID);
		lb_id_hex(&id, hex);
		check_str_eq(hex, table[i].hex, "KDF(key, \"%s\")", table[i].label);
	}
	lb_commit(id.b, &key);
	lb_id_hex(&id, hex);
	check_str_eq(hex, table[0].hex, "the commitment");
	out = key;
	lb_kdf(&out, &out, "commit", SPAN_EMPTY);
	check_mem_eq(out.b, id.b, LB_KEY, "in place");
}

Test(key, label_and_context_do_not_run_together)
{
	const struct lb_key key = check_counting_key();
	struct lb_key a;
	struct lb_key b;

	lb_kdf(&a, &key, "pack", SPAN_LIT("s"));
	lb_kdf(&b, &key, "packs", SPAN_EMPTY);
	check_true(!lb_key_eq(&a, &b), "two labels, two keys");
}

Test(key, wiping_leaves_zeros)
{
	const struct lb_key zero = { { 0 } };
	struct lb_key key = check_counting_key();

	lb_key_wipe(&key);
	check_true(lb_key_eq(&key, &zero), "all zeros");
	lb_wipe(NULL, 0);
}

Test(key, starting_twice_is_fine)
{
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_crypto_init(&err), &err);
}

Test(key, ids_read_their_own_digits)
{
	struct lb_id id;
	struct lb_id back = { { 0 } };
	char hex[LB_ID_HEX];

	check_true(lb_id_is_zero(&back), "zero");
	lb_id_random(&id);
	lb_id_hex(&id, hex);
	check_true(lb_id_parse(span_str(hex), &back), "digits");
	check_true(lb_id_eq(&id, &back), "the same");
	check_int_eq(lb_id_cmp(&id, &back), 0, "compares as the same");
	check_true(!lb_id_is_zero(&id), "random");
	back.b[31] = (unsigned char)(back.b[31] ^ 1);
	check_true(!lb_id_eq(&id, &back), "another");
	hex[63] = 'g';
	check_true(!lb_id_parse(span_str(hex), &back), "no digit");
	check_true(!lb_id_parse(span_of(hex, 62), &back), "too few");
	check_size_eq(lb_id_span(&id).len, LB_ID, "as bytes");
}

Test(key, short_ids_read_their_own_digits)
{
	struct lb_id16 id;
	struct lb_id16 back = { { 0 } };
	char hex[LB_ID16_HEX];

	check_true(lb_id16_is_zero(&back), "zero");
	lb_id16_random(&id);
	lb_id16_hex(&id, hex);
	check_true(lb_id16_parse(span_str(hex), &back), "digits");
	check_true(lb_id16_eq(&id, &back), "the same");
	back.b[0] = (unsigned char)(back.b[0] ^ 0x80);
	check_true(lb_id16_cmp(&id, &back) != 0, "another");
	check_true(!lb_id16_parse(span_of(hex, 30), &back), "too few");
	check_size_eq(lb_id16_span(&id).len, LB_ID16, "as bytes");
}

Test(key, keys_are_random)
{
	struct lb_key a;
	struct lb_key b;

	lb_key_random(&a);
	lb_key_random(&b);
	check_true(!lb_key_eq(&a, &b), "two keys differ");
}
