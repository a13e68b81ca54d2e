// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "pack/object.h"
#include "pack_fixture.h"
#include "support/check.h"

TestSuite(object, .timeout = 60);

enum { MAX = 1 << 20 };

Test(object, opens_as_what_was_sealed)
{
	static const enum lb_object_type types[] = { LB_OBJECT_SEGMENT, LB_OBJECT_LIST,
		                                     LB_OBJECT_SESSION };
	static const size_t lengths[] = { 0, 1, 17, 4096, 300000 };

	for (unsigned i = 0; i < 3 * 5 * 2; i++) {
		struct lb_keyring *k = pack_test_keys(
			1, i % 2 ? LB_SUITE_AES256GCM : LB_SUITE_XCHACHA20, true);
		enum lb_object_type type = types[i / 2 % 3];
		struct buf plain = BUF_INIT;
		struct buf sealed = BUF_INIT;
		struct buf again = BUF_INIT;
		struct lb_id name;
		struct lb_id other;
		struct err err = ERR_INIT;

		/* half of it random, half of it not */
		buf_fill(&plain, 'x', lengths[i / 6]);
		pack_test_fill(i, plain.ptr, plain.len / 2);
		check_ok(lb_object_seal(k, type, buf_span(&plain), &sealed, &name, &err),
		         &err);
		check_true(sealed.len <= lb_object_sealed_max(plain.len),
		           "sealed length");
		check_true(plain.len < 1000 || sealed.len < plain.len, "compressed");
		check_ok(lb_object_open(k, type, &name, buf_span(&sealed), plain.len,
		                        &again, &err),
		         &err);
		check_true(span_eq(buf_span(&again), buf_span(&plain)), "content %u", i);
		check_ok(lb_object_seal(k, type, buf_span(&plain), &sealed, &other, &err),
		         &err);
		check_true(!lb_id_eq(&name, &other), "a name is used once");
		if (plain.len > 0)
			check_err(lb_object_open(k, type, NULL, buf_span(&sealed),
			                         plain.len - 1, &again, &err),
			          ERR_LIMIT, "limit");
		buf_fini(&plain);
		buf_fini(&sealed);
		buf_fini(&again);
		lb_keyring_free(k);
	}
}

Test(object, of_another_type_name_or_repository_is_refused)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct lb_keyring *other = pack_test_keys(20, LB_SUITE_AES256GCM, false);
	struct buf sealed = BUF_INIT;
	struct buf out = BUF_INIT;
	struct lb_id name;
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];

	check_ok(lb_object_seal(k, LB_OBJECT_LIST, SPAN_LIT("abc"), &sealed, &name, &err),
	         &err);
	check_err(lb_object_open(k, LB_OBJECT_SEGMENT, NULL, buf_span(&sealed), MAX, &out,
	                         &err),
	          ERR_CORRUPT, "type");
	check_err(lb_object_open(other, LB_OBJECT_LIST, NULL, buf_span(&sealed), MAX,
	                         &out, &err),
	          ERR_CORRUPT, "keys");
	check_str_contains(err.msg, "another repository", "says so");
	other->dedup_key = k->dedup_key;
	check_err(lb_object_open(other, LB_OBJECT_LIST, NULL, buf_span(&sealed), MAX,
	                         &out, &err),
	          ERR_CORRUPT, "repository id");
	name.b[0] ^= 1;
	lb_id_hex(&name, hex);
	check_err(lb_object_open(k, LB_OBJECT_LIST, &name, buf_span(&sealed), MAX, &out,
	                         &err),
	          ERR_CORRUPT, "name");
	check_str_contains(err.msg, hex, "names it");
	/* The type in the clear is changed too: the sealed one differs. */
	sealed.ptr[6] = LB_OBJECT_SEGMENT;
	check_err(lb_object_open(k, LB_OBJECT_SEGMENT, NULL, buf_span(&sealed), MAX, &out,
	                         &err),
	          ERR_CORRUPT, "type in the header");
	buf_fini(&sealed);
	buf_fini(&out);
	lb_keyring_free(other);
	lb_keyring_free(k);
}

/* Without a name, so that what is inside must find it. */
Test(object, every_flipped_bit_and_cut_is_found)
{
	struct lb_keyring *k = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	struct buf sealed = BUF_INIT;
	struct buf out = BUF_INIT;
	struct buf plain = BUF_INIT;
	struct err err = ERR_INIT;

	buf_fill(&plain, 'y', 500);
	check_ok(lb_object_seal(k, LB_OBJECT_SESSION, buf_span(&plain), &sealed, NULL,
	                        &err),
	         &err);
	for (size_t i = 0; i < sealed.len * 8; i++) {
		enum err_code rc;

		sealed.ptr[i / 8] ^= (char)(1 << i % 8);
		rc = lb_object_open(k, LB_OBJECT_SESSION, NULL, buf_span(&sealed), MAX,
		                    &out, &err);
		sealed.ptr[i / 8] ^= (char)(1 << i % 8);
		check_true(rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED || rc == ERR_LIMIT,
		           "bit %zu: %d", i, (int)rc);
		check_size_eq(out.len, 0, "nothing comes out");
	}
	for (size_t len = 0; len < sealed.len; len++)
		check_err(lb_object_open(k, LB_OBJECT_SESSION, NULL,
		                         span_of(sealed.ptr, len), MAX, &out, &err),
		          ERR_CORRUPT, "cut to %zu", len);
	buf_fini(&plain);
	buf_fini(&sealed);
	buf_fini(&out);
	lb_keyring_free(k);
}
