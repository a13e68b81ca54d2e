// SPDX-License-Identifier: Apache-2.0
#include "crypto/ident.h"

#include "os/cpu.h"
#include "support/check_hex.h"

TestSuite(ident, .timeout = 10);

Test(ident, matches_the_vectors)
{
	static const struct {
		enum lb_ident_alg alg;
		const char *hex[3];
	} table[] = {
		{ LB_IDENT_HMAC_SHA256,
		  { "f5c2898d4ee94bca6fb363851204dc02cec0ff840e1cfbd19617073762d4440a",
		    "5138df2e14313520bc02d103834a0cf8a459b29e5918d96f7ff248d47093109c",
		    "1c23556272674eb2c298d5cb36153eee59d1c2e1fc775e462689ddfe2f9bc829" } },
		{ LB_IDENT_BLAKE2B,
		  { "bc474656bdf3d4e8852f22295a4d0ab2148a49141de02eb42b6cbb800188a877",
		    "fef480bc9209020e3dc7f0f6c8b544cbb88619debfd6c4477eb800e37aef5b9e",
		    "4d14b5082bfe9e8edf02a75194f01e64308df6f618f645301346d3f64d52199b" } },
	};
	const struct lb_key key = check_counting_key();
	struct err err = ERR_INIT;
	struct lb_id id;

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i < 2; i++) {
		struct lb_ident *t = NULL;

		check_ok(lb_ident_new(&t, table[i].alg, &key, &err), &err);
		/* Twice: the second round finds the state of the first one reset. */
		for (int n = 0; n < 6; n++) {
			check_ok(lb_ident_of(t, (enum lb_chunk_type)(n % 3 + 1),
			                     SPAN_LIT("what a chunk holds"), &id, &err),
			         &err);
			check_hex_eq(id.b, (size_t)LB_ID, table[i].hex[n % 3],
			             "algorithm %zu, type %d", i + 1, n % 3 + 1);
		}
		lb_ident_free(t);
	}
}

Test(ident, an_empty_chunk_has_an_id_of_its_type)
{
	const struct lb_key key = check_counting_key();
	struct err err = ERR_INIT;
	struct lb_id a;
	struct lb_id b;

	for (int alg = 1; alg <= 2; alg++) {
		struct lb_ident *t = NULL;

		check_ok(lb_ident_new(&t, (enum lb_ident_alg)alg, &key, &err), &err);
		check_ok(lb_ident_of(t, LB_CHUNK_DATA, SPAN_EMPTY, &a, &err), &err);
		check_ok(lb_ident_of(t, LB_CHUNK_TREE, SPAN_EMPTY, &b, &err), &err);
		check_true(!lb_id_eq(&a, &b), "another type, another id (%d)", alg);
		lb_ident_free(t);
	}
}

Test(ident, knows_its_algorithms_and_types)
{
	const struct lb_key key = check_counting_key();
	struct lb_ident *t = NULL;
	struct err err = ERR_INIT;

	check_true(lb_ident_alg_known(lb_ident_best()), "the best one is known");
	check_true(!lb_ident_alg_known(0) && !lb_ident_alg_known(3), "others are not");
	check_err(lb_ident_new(&t, (enum lb_ident_alg)9, &key, &err), ERR_UNSUPPORTED,
	          "algorithm 9");
	check_str_contains(err.msg, "algorithm 9", "and the message names it");
	check_true(!lb_chunk_type_known(0) && !lb_chunk_type_known(4), "types");
	check_str_eq(lb_chunk_type_name(LB_CHUNK_TREE), "tree", "a name");
	check_str_eq(lb_chunk_type_name((enum lb_chunk_type)7), "unknown", "no name");
	lb_ident_free(NULL);
}

/* By one and by many are the same, whatever the lengths beside one another. */
Test(ident, side_by_side_is_as_one_after_the_other)
{
	static const size_t lengths[] = { 0,  1,   31,  54,  55,  56,  57,   63,   64,
		                          65, 119, 120, 121, 127, 128, 4096, 70001 };
	enum { LENGTHS = sizeof lengths / sizeof lengths[0], JOBS = 7 };
	const struct lb_key key = check_counting_key();
	static char bytes[70001 + JOBS];
	struct lb_ident_job jobs[JOBS];
	uint64_t dice = 1;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 131 + (i >> 8));
	for (int alg = 1; alg <= 2; alg++) {
		struct lb_ident *t = NULL;

		check_ok(lb_ident_new(&t, (enum lb_ident_alg)alg, &key, &err), &err);
#if defined(__x86_64__)
		check_true(alg != LB_IDENT_HMAC_SHA256 ||
		                   lb_ident_has_lanes(t) == os_cpu_has_sha256(),
		           "side by side where the processor can");
#endif
		for (size_t turn = 0; turn < 400; turn++) {
			size_t count = turn % (JOBS + 1);

			for (size_t i = 0; i < count; i++) {
				dice = dice * 6364136223846793005u + 1442695040888963407u;
				jobs[i].type = (enum lb_chunk_type)((dice >> 60) % 3 + 1);
				jobs[i].plain = span_of(bytes + i,
				                        lengths[(dice >> 33) % LENGTHS]);
			}
			check_ok(lb_ident_of_all(t, jobs, count, &err), &err);
			for (size_t i = 0; i < count; i++) {
				struct lb_id id;

				check_ok(lb_ident_of(t, jobs[i].type, jobs[i].plain, &id,
				                     &err),
				         &err);
				check_true(lb_id_eq(&id, &jobs[i].id),
				           "algorithm %d, turn %zu, %zu bytes", alg, turn,
				           jobs[i].plain.len);
			}
		}
		lb_ident_free(t);
	}
}
