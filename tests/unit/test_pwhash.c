// SPDX-License-Identifier: Apache-2.0
#include "crypto/pwhash.h"

#include "support/check_hex.h"

TestSuite(pwhash, .timeout = 10);

Test(pwhash, matches_the_vectors)
{
	const struct lb_pwhash_cost cheapest = { 1, LB_PWHASH_MEMORY_MIN };
	const struct lb_key salt = check_counting_key();
	struct err err = ERR_INIT;
	struct lb_key key;
	char content[40];

	check_ok(lb_pwhash(&key, SPAN_LIT("correct horse"), salt.b, &cheapest, &err),
	         &err);
	check_hex_eq(key.b, (size_t)LB_KEY,
	             "3bfa796a86260b73457e1290b51695931a17e266f601d0fb45563e282fb6865b",
	             "Argon2id");
	memset(content, 0xaa, sizeof(content));
	lb_filehash(&key, &salt, span_of(content, sizeof(content)));
	check_hex_eq(key.b, (size_t)LB_KEY,
	             "c4a8d3629cee2e2fcc6fd276d60d06e4f2a62e521e35d06eba11e33a2e600d6c",
	             "BLAKE2b");
}

Test(pwhash, an_empty_password_is_a_password)
{
	const struct lb_pwhash_cost cheapest = { 1, LB_PWHASH_MEMORY_MIN };
	const struct lb_key salt = check_counting_key();
	struct err err = ERR_INIT;
	struct lb_key a;
	struct lb_key b;

	check_ok(lb_pwhash(&a, SPAN_EMPTY, salt.b, &cheapest, &err), &err);
	check_ok(lb_pwhash(&b, SPAN_LIT("x"), salt.b, &cheapest, &err), &err);
	check_true(!lb_key_eq(&a, &b), "and not the same as another");
}

Test(pwhash, the_cost_has_bounds)
{
	static const struct lb_pwhash_cost bad[] = {
		{ 0, 64 },
		{ 65, 64 },
		{ 1, 7 },
		{ 1, LB_PWHASH_MEMORY_MAX + 1 },
		{ UINT32_MAX, UINT32_MAX },
	};
	const struct lb_key salt = check_counting_key();
	struct err err = ERR_INIT;
	struct lb_key key;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_err(lb_pwhash(&key, SPAN_LIT("x"), salt.b, &bad[i], &err),
		          ERR_LIMIT, "cost %zu", i);
	check_true(lb_pwhash_cost_valid(&LB_PWHASH_DEFAULT), "the default is fine");
	check_true(LB_PWHASH_DEFAULT.memory_kib >= 65536, "and takes 64 MiB or more");
}
