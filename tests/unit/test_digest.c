/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "crypto/digest.h"
#include "support/check.h"

TestSuite(digest, .timeout = 10);

/* FIPS 180-2, appendix B, and the empty message. */
static const char empty[] =
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char abc[] =
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char million_a[] =
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

Test(digest, matches_the_published_vectors)
{
	char hex[DIGEST_HEX];
	struct err err = ERR_INIT;

	check_ok(digest_hex(SPAN_EMPTY, hex, &err), &err);
	check_str_eq(hex, empty, "empty message");
	check_ok(digest_hex(SPAN_LIT("abc"), hex, &err), &err);
	check_str_eq(hex, abc, "abc");
}

Test(digest, pieces_make_the_whole)
{
	char hex[DIGEST_HEX];
	struct err err = ERR_INIT;
	struct digest *d = NULL;
	struct buf piece = BUF_INIT;

	buf_fill(&piece, 'a', 999);
	check_ok(digest_new(&d, &err), &err);
	for (int i = 0; i < 1001; i++)
		check_ok(digest_add(d, buf_span(&piece), &err), &err);
	check_ok(digest_add(d, SPAN_LIT("a"), &err), &err);
	check_ok(digest_add(d, SPAN_EMPTY, &err), &err);
	check_ok(digest_finish(d, hex, &err), &err);
	check_str_eq(hex, million_a, "a million times a");
	buf_fini(&piece);
}

Test(digest, may_be_given_up)
{
	struct err err = ERR_INIT;
	struct digest *d = NULL;

	check_ok(digest_new(&d, &err), &err);
	digest_free(d);
	digest_free(NULL);
}

Test(digest, gives_bytes_too)
{
	char hex[LB_ID_HEX];
	unsigned char check[LB_CHECK];
	struct err err = ERR_INIT;
	struct digest *d = NULL;
	struct lb_id id;
	struct lb_id streamed;

	check_ok(lb_hash(SPAN_LIT("abc"), &id, &err), &err);
	lb_id_hex(&id, hex);
	check_str_eq(hex, abc, "abc as an id");
	check_ok(digest_new(&d, &err), &err);
	check_ok(digest_add(d, SPAN_LIT("abc"), &err), &err);
	check_ok(digest_finish_id(d, &streamed, &err), &err);
	check_true(lb_id_eq(&id, &streamed), "abc in pieces");
	check_ok(lb_check(SPAN_LIT("abc"), check, &err), &err);
	check_mem_eq(check, id.b, LB_CHECK, "its first bytes");
	check_ok(lb_hash(SPAN_EMPTY, &id, &err), &err);
	lb_id_hex(&id, hex);
	check_str_eq(hex, empty, "the empty message");
}

/* vectors_sip128 of the authors' own program: key 00 01 .. 0f, message 00 01 .. */
Test(digest, short_ones_match_the_published_vectors)
{
	static const unsigned char expected[2][DIGEST_SHORT] = {
		{ 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14,
		  0xc7, 0x55, 0x02, 0x93 },
		{ 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11,
		  0x9b, 0x22, 0xfc, 0x45 },
	};
	struct digest_short_key key;
	unsigned char out[DIGEST_SHORT];

	for (size_t i = 0; i < DIGEST_SHORT; i++)
		key.b[i] = (unsigned char)i;
	for (size_t len = 0; len < 2; len++) {
		digest_short(&key, span_of("", len), out);
		check_mem_eq(out, expected[len], sizeof(out), "length %zu", len);
	}
}
