// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"
#include "support/check.h"

TestSuite(wire, .timeout = 10);

static void over(struct wire *w, const struct buf *b)
{
	wire_init(w, buf_span(b));
}

Test(wire, numbers_are_little_endian)
{
	static const unsigned char want[] = { 0x01, 0x03, 0x02, 0x07, 0x06, 0x05,
		                              0x04, 0x0f, 0x0e, 0x0d, 0x0c, 0x0b,
		                              0x0a, 0x09, 0x08, 0xfe, 0xff, 0xff,
		                              0xff, 0xff, 0xff, 0xff, 0xff };
	struct buf b = BUF_INIT;
	struct wire w;

	wire_put_u8(&b, 0x01);
	wire_put_u16(&b, 0x0203);
	wire_put_u32(&b, 0x04050607);
	wire_put_u64(&b, 0x08090a0b0c0d0e0f);
	wire_put_i64(&b, -2);
	check_size_eq(b.len, sizeof(want), "widths");
	check_mem_eq(b.ptr, want, sizeof(want), "bytes");
	over(&w, &b);
	check_u64_eq(wire_u8(&w), 0x01, "u8");
	check_u64_eq(wire_u16(&w), 0x0203, "u16");
	check_u64_eq(wire_u32(&w), 0x04050607, "u32");
	check_true(!wire_end(&w), "more is left");
	check_u64_eq(wire_u64(&w), 0x08090a0b0c0d0e0f, "u64");
	check_int_eq(wire_i64(&w), -2, "i64");
	check_true(wire_end(&w), "all is read");
	buf_fini(&b);
}

Test(wire, varints_have_one_form)
{
	const struct {
		uint64_t v;
		struct span form;
	} table[] = {
		{ 0, SPAN_LIT("\x00") },
		{ 1, SPAN_LIT("\x01") },
		{ 127, SPAN_LIT("\x7f") },
		{ 128, SPAN_LIT("\x80\x01") },
		{ 300, SPAN_LIT("\xac\x02") },
		{ 16384, SPAN_LIT("\x80\x80\x01") },
		{ INT64_MAX, SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\x7f") },
		{ UINT64_MAX, SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
	};
	const struct span bad[] = {
		{ "", 0 },
		SPAN_LIT("\x80"),
		SPAN_LIT("\x80\x00"),
		SPAN_LIT("\xff\x80\x00"),
		SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
		SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x80\x01"),
		SPAN_LIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
	};
	struct buf b = BUF_INIT;
	struct wire w;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		buf_clear(&b);
		wire_put_varint(&b, table[i].v);
		check_true(span_eq(buf_span(&b), table[i].form), "form %zu", i);
		check_size_eq(wire_varint_len(table[i].v), b.len, "length %zu", i);
		over(&w, &b);
		check_u64_eq(wire_varint(&w), table[i].v, "value %zu", i);
		check_true(wire_end(&w), "end %zu", i);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		wire_init(&w, bad[i]);
		check_u64_eq(wire_varint(&w), 0, "bad value %zu", i);
		check_true(!wire_ok(&w), "refused %zu", i);
	}
	buf_fini(&b);
}

Test(wire, svarints_keep_small_numbers_short)
{
	const struct {
		int64_t v;
		size_t len;
	} table[] = { { 0, 1 },   { -1, 1 },  { 1, 1 },          { -64, 1 },
		      { 64, 2 },  { -65, 2 }, { INT64_MAX, 10 }, { INT64_MIN, 10 },
		      { 1e9, 5 }, { -1e9, 5 } };
	struct buf b = BUF_INIT;
	struct wire w;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		buf_clear(&b);
		wire_put_svarint(&b, table[i].v);
		check_size_eq(b.len, table[i].len, "length of %lld",
		              (long long)table[i].v);
		over(&w, &b);
		check_int_eq(wire_svarint(&w), table[i].v, "value %zu", i);
		check_true(wire_end(&w), "end %zu", i);
	}
	buf_fini(&b);
}

Test(wire, a_failed_read_makes_all_later_ones_empty)
{
	unsigned char out[3] = { 9, 9, 9 };
	struct wire w;

	wire_init(&w, SPAN_LIT("\x01\x02\x03"));
	check_u64_eq(wire_u32(&w), 0, "too short for u32");
	check_u64_eq(wire_u8(&w), 0, "u8 after it");
	check_u64_eq(wire_u16(&w), 0, "u16 after it");
	check_u64_eq(wire_u64(&w), 0, "u64 after it");
	check_u64_eq(wire_varint(&w), 0, "varint after it");
	check_size_eq(wire_take(&w, 1).len, 0, "bytes after it");
	check_size_eq(wire_rest(&w).len, 0, "rest after it");
	wire_copy(&w, out, 3);
	check_mem_eq(out, "\0\0\0", 3, "a failed copy is zeros");
	check_true(!wire_ok(&w) && !wire_end(&w), "and it says so");
}

Test(wire, bytes_stay_inside)
{
	struct wire w;

	wire_init(&w, SPAN_LIT("\x03"
	                       "abc\x00\x02z"));
	check_true(span_eq_str(wire_bytes(&w), "abc"), "three bytes");
	check_size_eq(wire_bytes(&w).len, 0, "none");
	check_true(wire_ok(&w), "none is fine");
	check_size_eq(wire_bytes(&w).len, 0, "two, and one is there");
	check_true(!wire_ok(&w), "refused");
	wire_init(&w, SPAN_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01z"));
	check_size_eq(wire_bytes(&w).len, 0, "2^64 - 1 bytes");
	check_true(!wire_ok(&w), "refused too");
}

Test(wire, magic_and_zeros_are_demanded)
{
	struct wire w;

	wire_init(&w, SPAN_LIT("LBPK\0\0\0x"));
	check_true(wire_magic(&w, "LBPK", 4), "magic");
	wire_zeros(&w, 3);
	check_true(wire_ok(&w), "zeros");
	wire_zeros(&w, 1);
	check_true(!wire_ok(&w), "x is no zero");
	wire_init(&w, SPAN_LIT("LBPX"));
	check_true(!wire_magic(&w, "LBPK", 4), "another magic");
	wire_init(&w, SPAN_LIT("LBP"));
	check_true(!wire_magic(&w, "LBPK", 4), "a short one");
}

Test(wire, fields_come_back)
{
	struct buf b = BUF_INIT;
	struct wire_field f;
	struct wire w;
	char id[3];

	wire_put_field_u8(&b, 1, 7);
	wire_put_field_u8(&b, 2, 0);
	wire_put_field_u32(&b, 3, 70000);
	wire_put_field_u32(&b, 4, 0);
	wire_put_field_u64(&b, 5, 1ULL << 40);
	wire_put_field_i64(&b, 6, -9);
	wire_put_field_i64(&b, 7, 0);
	wire_put_field_some(&b, 8, SPAN_EMPTY);
	wire_put_field_varint(&b, 9, 300);
	wire_put_field_varint(&b, 10, 0);
	wire_put_field_some(&b, 128, SPAN_LIT("abc"));
	wire_put_field(&b, 255, SPAN_EMPTY);
	over(&w, &b);
	check_true(wire_field(&w, &f) && f.tag == 1, "tag 1");
	check_u64_eq(wire_field_u8(&w, &f), 7, "u8");
	check_true(wire_field(&w, &f) && f.tag == 3, "0 is left out");
	check_u64_eq(wire_field_u32(&w, &f), 70000, "u32");
	check_true(wire_field(&w, &f) && f.tag == 5, "u64 next");
	check_u64_eq(wire_field_u64(&w, &f), 1ULL << 40, "u64");
	check_true(wire_field(&w, &f) && f.tag == 6, "i64 next");
	check_int_eq(wire_field_i64(&w, &f), -9, "i64");
	check_true(wire_field(&w, &f) && f.tag == 9, "empty ones are left out");
	check_u64_eq(wire_field_varint(&w, &f), 300, "varint");
	check_true(wire_field(&w, &f) && f.tag == 128, "bytes next");
	wire_field_copy(&w, &f, id, sizeof(id));
	check_mem_eq(id, "abc", 3, "bytes");
	check_true(wire_field(&w, &f) && f.tag == 255 && f.value.len == 0,
	           "an empty one that was asked for");
	check_true(!wire_field(&w, &f) && wire_end(&w), "the end");
	buf_fini(&b);
}

Test(wire, fields_ascend_and_end)
{
	const struct span bad[] = {
		SPAN_LIT("\x05\x00\x05\x00"), /* repeats */
		SPAN_LIT("\x05\x00\x04\x00"), /* descends */
		SPAN_LIT("\x00\x00\x00\x00"), /* repeats 0 */
		SPAN_LIT("\x05"),             /* no length */
		SPAN_LIT("\x05\x02x"),        /* short */
	};
	struct wire_field f;
	struct wire w;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		wire_init(&w, bad[i]);
		while (wire_field(&w, &f))
			;
		check_true(!wire_end(&w), "refused %zu", i);
	}
}

Test(wire, an_unknown_field_from_128_on_is_an_error)
{
	struct wire_field f = { 127, SPAN_EMPTY };
	struct wire w;

	wire_init(&w, SPAN_EMPTY);
	wire_field_unknown(&w, &f);
	check_true(wire_ok(&w), "127 is ignored");
	f.tag = 128;
	wire_field_unknown(&w, &f);
	check_true(!wire_ok(&w), "128 is not");
}

Test(wire, a_field_of_another_width_is_an_error)
{
	const struct wire_field three = { 1, SPAN_LIT("\x81\x01\x01") };
	struct wire w;
	char out[4];

	wire_init(&w, SPAN_EMPTY);
	check_u64_eq(wire_field_u32(&w, &three), 0, "three bytes are no u32");
	check_true(!wire_ok(&w), "u32");
	wire_init(&w, SPAN_EMPTY);
	(void)wire_field_u8(&w, &three);
	check_true(!wire_ok(&w), "u8");
	wire_init(&w, SPAN_EMPTY);
	(void)wire_field_u64(&w, &three);
	check_true(!wire_ok(&w), "u64");
	wire_init(&w, SPAN_EMPTY);
	(void)wire_field_i64(&w, &three);
	check_true(!wire_ok(&w), "i64");
	wire_init(&w, SPAN_EMPTY);
	(void)wire_field_varint(&w, &three);
	check_true(!wire_ok(&w), "varint with something after it");
	wire_init(&w, SPAN_EMPTY);
	wire_field_copy(&w, &three, out, sizeof(out));
	check_true(!wire_ok(&w), "copy of four");
}
