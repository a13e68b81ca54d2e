// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.h"

#include "support/check_hex.h"

TestSuite(seal, .timeout = 20);

static const enum lb_suite suites[] = { LB_SUITE_AES256GCM, LB_SUITE_XCHACHA20 };

/* The piece that tests/golden/crypto_vectors.py seals. */
static struct lb_aad frame_aad(void)
{
	struct lb_aad aad = { .type = LB_SEALED_FRAME, .slot = 7 };

	memset(aad.repo.b, 0x11, LB_ID);
	memset(aad.object.b, 0x22, LB_ID);
	return aad;
}

static struct lb_seal *open_seal(enum lb_suite suite)
{
	const struct lb_key key = check_counting_key();
	struct lb_seal *s = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_seal_new(&s, suite, &err), &err);
	check_ok(lb_seal_key(s, &key, &err), &err);
	return s;
}

Test(seal, matches_the_vectors)
{
	static const char *const frames[] = {
		"8ffba998e404be46b415eb6aec746fd9298a3b446ce4f4f689a009d89d1903d87e",
		"a9cd38662ec07f82f7b16c381dfe740be02bd5891d143870e1b0aa8c52304e57ed",
	};
	static const char *const empty[] = {
		"e23d52e9b4cc60c66c9489d40a665b15",
		"47d06551450717fa344f61a03d0414af",
	};
	unsigned char out[64];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		struct lb_seal *s = open_seal(suites[i]);
		struct lb_aad aad = frame_aad();

		check_ok(
			lb_seal_put(s, 7, &aad, SPAN_LIT("a frame of a pack"), out, &err),
			&err);
		check_hex_eq(out, (size_t)17 + LB_TAG, frames[i], "frame, suite %zu",
		             i + 1);
		aad.type = LB_SEALED_TRAILER;
		aad.slot = 1;
		aad.extra = SPAN_LIT("extra");
		check_ok(lb_seal_put(s, LB_COUNTER_TRAILER, &aad, SPAN_EMPTY, out, &err),
		         &err);
		check_hex_eq(out, (size_t)LB_TAG, empty[i], "empty, suite %zu", i + 1);
		check_ok(lb_seal_get(s, LB_COUNTER_TRAILER, &aad,
		                     span_of((char *)out, LB_TAG), out, &err),
		         &err);
		lb_seal_free(s);
	}
}

Test(seal, opens_in_place_what_it_sealed_in_place)
{
	enum { LEN = 65536 };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		struct lb_seal *s = open_seal(suites[i]);
		const struct lb_aad aad = frame_aad();
		unsigned char *data = mem_new(LEN + LB_TAG);

		check_not_null(data, "memory");
		memset(data, 'x', LEN);
		for (uint64_t n = 0; n < 3; n++) {
			check_ok(lb_seal_put(s, n, &aad, span_of((char *)data, LEN), data,
			                     &err),
			         &err);
			check_true(data[0] != 'x' || data[1] != 'x' || data[2] != 'x',
			           "something was done");
			check_ok(lb_seal_get(s, n, &aad,
			                     span_of((char *)data, LEN + LB_TAG), data,
			                     &err),
			         &err);
			for (size_t at = 0; at < LEN; at++)
				if (data[at] != 'x')
					check_fail("byte %zu, suite %zu", at, i + 1);
		}
		mem_free(data);
		lb_seal_free(s);
	}
}

/* Opens the frame with one thing changed; it must fail and leave nothing behind. */
static void refuses(struct lb_seal *s, uint64_t counter, const struct lb_aad *aad,
                    struct span sealed, const char *what)
{
	unsigned char out[64];
	struct err err = ERR_INIT;

	memset(out, 0xee, sizeof(out));
	check_err(lb_seal_get(s, counter, aad, sealed, out, &err), ERR_CORRUPT, "%s",
	          what);
	for (size_t i = 0; sealed.len >= LB_TAG && i < sealed.len - LB_TAG; i++)
		check_int_eq(out[i], 0, "%s leaves zeros", what);
}

Test(seal, refuses_whatever_differs)
{
	const struct lb_aad aad = frame_aad();
	unsigned char sealed[17 + LB_TAG] = { 0 };
	const struct span whole = span_of((char *)sealed, sizeof(sealed));
	struct err err = ERR_INIT;
	struct lb_aad other;
	struct lb_key key;

	for (size_t i = 0; i < 2; i++) {
		struct lb_seal *s = open_seal(suites[i]);

		check_ok(lb_seal_put(s, 7, &aad, SPAN_LIT("a frame of a pack"), sealed,
		                     &err),
		         &err);
		for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
			sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
			refuses(s, 7, &aad, whole, check_note("bit %zu", bit));
			sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
		}
		refuses(s, 8, &aad, whole, "the counter");
		other = aad;
		other.type = LB_SEALED_TRAILER;
		refuses(s, 7, &other, whole, "the type");
		other = aad;
		other.repo.b[31] ^= 1;
		refuses(s, 7, &other, whole, "the repository");
		other = aad;
		other.object.b[0] ^= 1;
		refuses(s, 7, &other, whole, "the object");
		other = aad;
		other.slot++;
		refuses(s, 7, &other, whole, "the slot");
		other = aad;
		other.extra = SPAN_LIT("x");
		refuses(s, 7, &other, whole, "what follows the associated data");
		refuses(s, 7, &aad, span_of(whole.ptr, whole.len - 1), "a byte less");
		refuses(s, 7, &aad, span_of(whole.ptr, LB_TAG - 1), "less than a tag");
		key = check_counting_key();
		key.b[0] ^= 1;
		check_ok(lb_seal_key(s, &key, &err), &err);
		refuses(s, 7, &aad, whole, "the key");
		lb_seal_free(s);
	}
}

Test(seal, a_new_key_counts_for_both_directions)
{
	const struct lb_aad aad = frame_aad();
	unsigned char sealed[3 + LB_TAG];
	unsigned char first[3 + LB_TAG];
	struct err err = ERR_INIT;
	struct lb_key key;

	for (size_t i = 0; i < 2; i++) {
		struct lb_seal *s = open_seal(suites[i]);

		check_ok(lb_seal_put(s, 0, &aad, SPAN_LIT("abc"), first, &err), &err);
		check_ok(lb_seal_get(s, 0, &aad, span_of((char *)first, sizeof(first)),
		                     sealed, &err),
		         &err);
		key = check_counting_key();
		key.b[5] = 77;
		check_ok(lb_seal_key(s, &key, &err), &err);
		check_ok(lb_seal_put(s, 0, &aad, SPAN_LIT("abc"), sealed, &err), &err);
		check_true(memcmp(first, sealed, sizeof(first)) != 0, "other bytes");
		check_ok(lb_seal_get(s, 0, &aad, span_of((char *)sealed, sizeof(sealed)),
		                     sealed, &err),
		         &err);
		check_mem_eq(sealed, "abc", 3, "and it opens");
		lb_seal_free(s);
	}
}

Test(seal, knows_its_suites)
{
	struct lb_seal *s = NULL;
	struct err err = ERR_INIT;

	check_true(lb_suite_known(lb_suite_best()), "the best one is known");
	check_true(!lb_suite_known(0) && !lb_suite_known(3) && !lb_suite_known(257),
	           "others are not");
	check_err(lb_seal_new(&s, (enum lb_suite)3, &err), ERR_UNSUPPORTED, "suite 3");
	check_str_contains(err.msg, "suite 3", "and the message names it");
	lb_seal_free(NULL);
}
