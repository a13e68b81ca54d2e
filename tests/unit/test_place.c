/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/place.h"
#include "support/check.h"

TestSuite(place, .timeout = 10);

Test(place, counts_lines_and_columns)
{
	const struct span text = SPAN_LIT("ab\ncd\n\nx");
	static const struct {
		size_t offset, line, column;
	} cases[] = {
		{ 0, 1, 1 }, { 2, 1, 3 }, { 3, 2, 1 },  { 6, 3, 1 },
		{ 7, 4, 1 }, { 8, 4, 2 }, { 99, 4, 2 }, { 1, 1, 2 },
	};
	struct place moved = PLACE_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place p = place_of(text, cases[i].offset);

		place_move(&moved, text, cases[i].offset);
		check_size_eq(p.line, cases[i].line, "line of %zu", cases[i].offset);
		check_size_eq(p.column, cases[i].column, "column of %zu",
		              cases[i].offset);
		check_true(moved.line == p.line && moved.column == p.column,
		           "moving to %zu gives the same", cases[i].offset);
	}
}

/* What is missing at the end is missing behind the last word, not lines below it. */
Test(place, a_fault_lies_within_the_text)
{
	static const struct {
		const char *text;
		size_t offset, line, column;
	} cases[] = {
		{ "a: [\n\n", 6, 1, 5 }, { "a: [\r\n \t", 4, 1, 5 },
		{ "a: [", 4, 1, 5 },     { "ab\ncd", 1, 1, 2 },
		{ "", 0, 1, 1 },         { "\n\n", 2, 1, 1 },
		{ "ab\ncd", 99, 2, 3 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place p = place_of_fault(span_str(cases[i].text), cases[i].offset);

		check_size_eq(p.line, cases[i].line, "line of case %zu", i);
		check_size_eq(p.column, cases[i].column, "column of case %zu", i);
	}
}

static void check_quoted(struct span text, size_t offset, size_t columns,
                         const char *want)
{
	struct buf out = BUF_INIT;

	place_quote(&out, text, place_of(text, offset), columns);
	check_str_eq(buf_str(&out), want, "quote at %zu", offset);
	buf_fini(&out);
}

Test(place, quotes_the_line_with_a_caret)
{
	check_quoted(SPAN_LIT("ab\ncde\r\nf"), 5, 40, "\n  cde\n    ^");
	check_quoted(SPAN_LIT("ab"), 2, 40, "\n  ab\n    ^");
	check_quoted(SPAN_LIT(""), 0, 40, "\n  \n  ^");
	check_quoted(SPAN_LIT("a\tb"), 2, 40, "\n  a\\tb\n     ^");
	check_quoted(SPAN_LIT("\xe6\xbc\xa2z"), 3, 40, "\n  \xe6\xbc\xa2z\n    ^");
}

Test(place, quotes_long_lines_around_the_place)
{
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;

	buf_fill(&text, 'a', 1000000);
	buf_puts(&text, "HERE");
	buf_fill(&text, 'b', 1000000);
	place_quote(&out, buf_span(&text), place_of(buf_span(&text), 1000000), 40);
	check_str_contains(buf_str(&out), "aaaHEREbbb", "both sides are seen");
	check_true(out.len < 120, "short, got %zu bytes", out.len);
	buf_fini(&text);
	buf_fini(&out);
}
