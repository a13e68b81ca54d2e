// SPDX-License-Identifier: Apache-2.0
#include "repo/doubled.h"

#include "support/check_hex.h"

TestSuite(doubled, .timeout = 10);

/* sha256("abc") starts with ba7816bf8f01cfea. */
static const char golden[] =
	"03000000ba7816bf8f01cfea61626303000000ba7816bf8f01cfea616263";

enum { OBJECT = 30, COPY = 15 };

static void abc(struct buf *b)
{
	struct err err = ERR_INIT;

	buf_clear(b);
	check_ok(lb_doubled_put(b, SPAN_LIT("abc"), &err), &err);
}

Test(doubled, has_the_form_of_the_format)
{
	struct buf b = BUF_INIT;

	abc(&b);
	check_size_eq(b.len, OBJECT, "size");
	check_u64_eq(lb_doubled_max(3), OBJECT, "as announced");
	check_hex_eq(b.ptr, b.len, golden, "bytes");
	buf_fini(&b);
}

Test(doubled, one_damaged_copy_costs_nothing)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	bool whole;

	abc(&b);
	check_ok(lb_doubled_inspect(buf_span(&b), 3, &content, &whole, &err), &err);
	check_true(whole && span_eq_str(content, "abc"), "sound");
	content = SPAN_EMPTY;
	check_ok(lb_doubled_get(buf_span(&b), 3, &content, &err), &err);
	check_true(span_eq_str(content, "abc"), "for who wants the content only");
	for (size_t bit = 0; bit < (size_t)8 * OBJECT; bit++) {
		b.ptr[bit / 8] = (char)(b.ptr[bit / 8] ^ 1 << bit % 8);
		check_ok(lb_doubled_inspect(buf_span(&b), 3, &content, &whole, &err),
		         &err);
		check_true(span_eq_str(content, "abc"), "content, bit %zu", bit);
		check_true(!whole, "told, bit %zu", bit);
		b.ptr[bit / 8] = (char)(b.ptr[bit / 8] ^ 1 << bit % 8);
	}
	buf_fini(&b);
}

Test(doubled, damage_in_both_copies_is_found)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	bool whole;

	for (size_t i = 0; i < COPY; i++)
		for (size_t j = COPY; j < OBJECT; j++) {
			abc(&b);
			b.ptr[i] = (char)(b.ptr[i] ^ 1);
			b.ptr[j] = (char)(b.ptr[j] ^ 0x80);
			check_err(lb_doubled_inspect(buf_span(&b), 3, &content, &whole,
			                             &err),
			          ERR_CORRUPT, "bytes %zu and %zu", i, j);
		}
	check_str_contains(err.msg, "both copies", "and the message says so");
	buf_fini(&b);
}

Test(doubled, a_cut_object_still_has_its_first_copy)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	bool whole;

	abc(&b);
	for (size_t len = 0; len < OBJECT; len++) {
		const struct span cut = span_sub(buf_span(&b), 0, len);

		if (len < COPY) {
			check_err(lb_doubled_inspect(cut, 3, &content, &whole, &err),
			          ERR_CORRUPT, "%zu bytes", len);
			continue;
		}
		check_ok(lb_doubled_inspect(cut, 3, &content, &whole, &err), &err);
		check_true(span_eq_str(content, "abc") && !whole, "%zu bytes", len);
	}
	buf_putc(&b, 'x');
	check_ok(lb_doubled_inspect(buf_span(&b), 3, &content, &whole, &err), &err);
	check_true(!whole, "a byte too many is told");
	buf_fini(&b);
}

Test(doubled, content_has_a_limit)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct span content;
	bool whole;

	abc(&b);
	check_err(lb_doubled_inspect(buf_span(&b), 2, &content, &whole, &err),
	          ERR_CORRUPT, "3 bytes, not 2");
	buf_clear(&b);
	check_ok(lb_doubled_put(&b, SPAN_EMPTY, &err), &err);
	check_ok(lb_doubled_inspect(buf_span(&b), 0, &content, &whole, &err), &err);
	check_true(whole && content.len == 0, "nothing, twice");
	buf_fini(&b);
}
