/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "claims/document.h"
#include "claims/exact.h"
#include "support/check.h"

TestSuite(claims, .timeout = 20);

/* "w:word", "n:value", "d:date", "m:mark" of each token. */
static void put_tokens(struct buf *out, struct span text)
{
	struct claims_tokens t = { NULL, 0, 0 };

	check_true(claims_tokens_read(&t, text), "memory");
	for (size_t i = 0; i < t.count; i++) {
		const struct claims_token *k = &t.items[i];

		if (i > 0)
			buf_putc(out, ' ');
		if (k->kind == CLAIMS_WORD)
			buf_printf(out, "%.*s", (int)k->text.len, k->text.ptr);
		else if (k->kind == CLAIMS_DATE)
			buf_printf(out, "d:%u-%u-%u", k->year, k->month, k->day);
		else if (k->kind == CLAIMS_MARK)
			buf_printf(out, "%c", k->mark);
		if (k->kind != CLAIMS_NUMBER)
			continue;
		buf_puts(out, "n:");
		claims_put_number(out, &k->number);
		if (k->number.unit.len > 0)
			buf_printf(out, "[%.*s]", (int)k->number.unit.len,
			           k->number.unit.ptr);
		if (k->number.bound != CLAIMS_EXACT)
			buf_printf(out, "(%d)", k->number.bound);
	}
	claims_tokens_fini(&t);
}

Test(claims, a_quantity_is_a_number_and_a_name_is_not)
{
	static const char *const cases[][2] = {
		{ "12 tests", "n:12 tests" },
		{ "1,234.5 and 1'000", "n:1234.5 and n:1000" },
		{ "12,345,678", "n:12345678" },
		{ "10\xc2\xa0"
		  "000",
		  "n:10000" },
		{ "71,2", "n:71.2" },
		{ "v2 1.2.3 1.2.x UTF-8 #12 12:30 007 3rd x86",
		  "v2 1.2.3 1.2.x UTF-8 #12 12:30 007 "
		  "3rd x86" },
		{ "84% 84 % $5", "n:84 % n:84 % n:5" },
		{ "5ms 5 ms", "n:5[ms] n:5 ms" },
		{ "~22 90%+ <5 >=7 \xe2\x89\xa4 8",
		  "~ n:22(1) n:90 %(2) < n:5(3) > = n:7(2) L n:8(3)" },
		{ "at least 3, more than 4, up to 5, about 6",
		  "at least n:3(2) , more than n:4(2) , up to n:5(3) , about n:6(1)" },
		{ "8-12 (-5) \xe2\x88\x92"
		  "3",
		  "n:8 - n:12 ( n:-5 ) n:-3" },
		{ "2024-05-01 2024/5/1", "d:2024-5-1 n:2024 / n:5 / n:1" },
		{ "a \xe2\x86\x92 b \xc3\x97 \xc3\xa9t\xc3\xa9",
		  "a A b * \xc3\xa9t\xc3\xa9" },
		{ "1234567890123456789", "1234567890123456789" },
		{ "end 5.", "end n:5 ." },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = BUF_INIT;

		put_tokens(&out, span_str(cases[i][0]));
		check_str_eq(buf_str(&out), cases[i][1], "%s", cases[i][0]);
		buf_fini(&out);
	}
}

static enum claims_fit fit(const char *stated, uint64_t a, uint64_t b)
{
	struct claims_tokens t = { NULL, 0, 0 };
	struct gate_ratio r = GATE_RATIO_INIT;
	enum claims_fit f = CLAIMS_DIFFERS;

	check_true(claims_tokens_read(&t, span_str(stated)), "memory");
	gate_ratio_set_u64(&r, a, b);
	for (size_t i = 0; i < t.count; i++)
		if (claims_is_number(&t.items[i]))
			f = claims_fits(&t.items[i].number, &r, NULL);
	gate_ratio_fini(&r);
	claims_tokens_fini(&t);
	return f;
}

Test(claims, a_number_fits_as_it_is_rounded_and_no_further)
{
	check_int_eq(fit("66.7", 200, 3), CLAIMS_FITS, "up");
	check_int_eq(fit("66.6", 200, 3), CLAIMS_FITS, "cut");
	check_int_eq(fit("66.5", 200, 3), CLAIMS_DIFFERS, "less");
	check_int_eq(fit("66.8", 200, 3), CLAIMS_DIFFERS, "more");
	check_int_eq(fit("34", 34, 1), CLAIMS_FITS, "a count");
	check_int_eq(fit("33", 34, 1), CLAIMS_DIFFERS, "one less");
	check_int_eq(fit("35", 34, 1), CLAIMS_DIFFERS, "one more");
}

Test(claims, about_over_and_under_leave_room_on_their_side)
{
	check_int_eq(fit("~59", 5872, 100), CLAIMS_FITS, "about");
	check_int_eq(fit("~50", 5872, 100), CLAIMS_FITS, "about, a fifth off");
	check_int_eq(fit("~40", 5872, 100), CLAIMS_MAY_FIT, "about, a third off");
	check_int_eq(fit("~22", 5872, 100), CLAIMS_DIFFERS, "about, far off");
	check_int_eq(fit("over 50", 59, 1), CLAIMS_FITS, "over");
	check_int_eq(fit("over 60", 58, 1), CLAIMS_DIFFERS, "not over");
	check_int_eq(fit("under 60", 58, 1), CLAIMS_FITS, "under");
	check_int_eq(fit("under 50", 58, 1), CLAIMS_DIFFERS, "not under");
}

Test(claims, computed_numbers_are_rounded_half_up_without_zeros)
{
	static const struct {
		uint64_t a, b;
		unsigned decimals;
		const char *want;
	} cases[] = { { 712, 10, 3, "71.2" }, { 200, 3, 2, "66.67" },
		      { 5872, 100, 0, "59" }, { 1, 2, 0, "1" },
		      { 100, 1, 2, "100" },   { 0, 1, 2, "0" } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_ratio r = GATE_RATIO_INIT;
		struct gate_ratio zero = GATE_RATIO_INIT;
		struct buf out = BUF_INIT;

		gate_ratio_set_u64(&r, cases[i].a, cases[i].b);
		claims_put_ratio(&out, &r, cases[i].decimals);
		gate_ratio_sub(&r, &zero, &r);
		buf_putc(&out, ' ');
		claims_put_ratio(&out, &r, cases[i].decimals);
		check_true(span_starts(buf_span(&out), span_str(cases[i].want)),
		           "%s, want %s", buf_str(&out), cases[i].want);
		check_true(cases[i].a == 0 ||
		                   span_find_byte(buf_span(&out), '-') < out.len,
		           "%s: the sign", buf_str(&out));
		gate_ratio_fini(&r);
		buf_fini(&out);
	}
}

#define DOCUMENT                                                                              \
	"---\ntitle: 7\n---\n# One\n\nText with `12` and ~~13~~.\n\n- a\n\n  more\n- [x] b\n" \
	"  - c\n\n| h | i |\n|---|---|\n| 1<br>2 <!-- seaworthy: x.y --> | |\n\nend\n"

Test(claims, a_document_is_blocks_of_plain_text_with_their_places)
{
	static const struct {
		enum claims_block_kind kind;
		const char *text;
	} want[] = { { CLAIMS_HEADING, "One" },
		     { CLAIMS_PARAGRAPH, "Text with \x01 and \x01." },
		     { CLAIMS_LIST, "" },
		     { CLAIMS_ITEM, "a" },
		     { CLAIMS_PARAGRAPH, "more" },
		     { CLAIMS_ITEM, "b" },
		     { CLAIMS_LIST, "" },
		     { CLAIMS_ITEM, "c" },
		     { CLAIMS_END, "" },
		     { CLAIMS_END, "" },
		     { CLAIMS_TABLE, "" },
		     { CLAIMS_PARAGRAPH, "end" } };
	const struct span source = SPAN_LIT(DOCUMENT);
	struct claims_document d = { .block_count = 0 };
	struct err err = ERR_INIT;

	check_ok(claims_document_read(&d, source, &err), &err);
	check_size_eq(d.block_count, sizeof(want) / sizeof(*want), "blocks");
	for (size_t i = 0; i < d.block_count; i++) {
		check_int_eq(d.blocks[i].kind, want[i].kind, "block %zu", i);
		check_true(span_eq_str(d.blocks[i].text, want[i].text), "block %zu: %.*s",
		           i, (int)d.blocks[i].text.len, d.blocks[i].text.ptr);
	}
	check_size_eq(d.lists[0].items, 2, "of the list");
	check_size_eq(d.lists[0].end, 9, "its end");
	check_int_eq(d.blocks[5].task, 'x', "a box");
	check_true(span_eq_str(claims_cell(&d, &d.tables[0], 1, 0), "1\n2"), "a cell");
	check_size_eq(claims_cell(&d, &d.tables[0], 2, 0).len, 0, "no such cell");
	check_true(span_eq_str(d.marks[0].name, "x.y"), "a mark");
	check_size_eq(claims_source(&d, d.blocks[11].text.ptr), source.len - 4,
	              "the end");
	check_true(span_starts(span_from(source, claims_source(&d, d.blocks[0].text.ptr)),
	                       SPAN_LIT("One")),
	           "behind the settings");
	claims_document_fini(&d);
}

Test(claims, a_comment_with_more_than_a_name_is_no_mark)
{
	struct claims_document d = { .block_count = 0 };
	struct err err = ERR_INIT;

	check_ok(claims_document_read(
			 &d,
			 SPAN_LIT("a <!-- seaworthy:allow claim.refuted why --> 1 "
	                          "<!-- seaworthy: tests pass --> <!--seaworthy:x-->\n"),
			 &err),
	         &err);
	check_size_eq(d.mark_count, 1, "the last one");
	check_true(span_eq_str(d.marks[0].name, "x"), "its name");
	claims_document_fini(&d);
}

Test(claims, without_memory_a_document_is_an_error)
{
	const struct span source = SPAN_LIT(DOCUMENT);
	struct err err = ERR_INIT;

	for (uint64_t n = 1;; n++) {
		struct claims_document d = { .block_count = 0 };
		enum err_code rc;

		mem_fail_after(n);
		rc = claims_document_read(&d, source, &err);
		mem_fail_after(0);
		claims_document_fini(&d);
		if (rc == ERR_OK) {
			check_true(n > 5, "%d allocations", (int)n);
			return;
		}
		check_int_eq(rc, ERR_NOMEM, "allocation %d", (int)n);
	}
}
