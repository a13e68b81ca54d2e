// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "base/str_internal.h"
#include "support/check.h"

TestSuite(str_text, .timeout = 20);

static size_t encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

Test(str_text, every_character_is_utf8_and_surrogates_are_not)
{
	for (uint32_t code = 0; code < 0x110400; code++) {
		char text[4];
		size_t len = encode(code, text);
		bool good = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
		uint32_t back;

		if (str_utf8_len(span_of(text, len)) != (good ? len : 0))
			check_fail("U+%04X", (unsigned)code);
		if (good && (str_next(span_of(text, len), &back) != len || back != code))
			check_fail("U+%04X reads back as %04X", (unsigned)code,
			           (unsigned)back);
		if (len > 1 && str_utf8_len(span_of(text, len - 1)) != 0)
			check_fail("cut U+%04X", (unsigned)code);
	}
}

Test(str_text, broken_utf8_is_refused)
{
	static const char *const bad[] = { "\x80",
		                           "\xC0\x80",
		                           "\xC1\xBF",
		                           "\xE0\x9F\xBF",
		                           "\xF0\x8F\xBF\xBF",
		                           "\xF5\x80\x80\x80",
		                           "\xFF",
		                           "a\xC3",
		                           "\xC3(",
		                           "\xE2\x82",
		                           "\xE2(\xA1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_true(!str_is_utf8(span_str(bad[i])), "case %zu", i);
	check_true(str_is_utf8(SPAN_EMPTY), "nothing");
	check_true(str_is_utf8(SPAN_LIT("a\0\xC3\xA4")), "with NUL");
	check_size_eq(str_utf8_len(SPAN_EMPTY), 0, "no character");
}

static const struct {
	const char *text;
	const char *shown;
	size_t columns;
} displays[] = {
	{ "", "", 0 },
	{ "plain text ~", "plain text ~", 12 },
	{ "back\\slash", "back\\slash", 10 },
	{ "a\nb\tc", "a\\nb\\tc", 7 },
	{ "\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07", 27 },
	{ "\r\x08\x7f", "\\x0d\\x08\\x7f", 12 },
	{ "\xC3\xA4\xE2\x82\xAC", "\xC3\xA4\xE2\x82\xAC", 2 },
	{ "\xE6\xBC\xA2\xE5\xAD\x97", "\xE6\xBC\xA2\xE5\xAD\x97", 4 },
	{ "e\xCC\x81", "e\xCC\x81", 1 },
	{ "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 2 },
	{ "\xC2\x9B"
	  "31m",
	  "\\u{009b}31m", 11 },
	{ "a\xE2\x80\xAE"
	  "b",
	  "a\\u{202e}b", 10 },
	{ "\xE2\x81\xA6\xE2\x81\xA9", "\\u{2066}\\u{2069}", 16 },
	{ "\xE2\x80\x8E\xD8\x9C", "\\u{200e}\\u{061c}", 16 },
	{ "\xE2\x80\xA8", "\\u{2028}", 8 },
	{ "\xE2\x80\x8B\xEF\xBB\xBF", "\\u{200b}\\u{feff}", 16 },
	{ "\xF3\xA0\x81\x81", "\\u{e0041}", 9 },
	{ "\xFFx\xC3", "\\xffx\\xc3", 9 },
};

Test(str_text, display_neutralises)
{
	for (size_t i = 0; i < sizeof(displays) / sizeof(displays[0]); i++) {
		struct buf out = BUF_INIT;
		struct span text = span_str(displays[i].text);

		str_display(&out, text);
		check_str_eq(buf_str(&out), displays[i].shown, "case %zu", i);
		check_size_eq(str_columns(text), displays[i].columns,
		              "columns of case %zu", i);
		buf_fini(&out);
	}
	struct buf out = BUF_INIT;
	str_display(&out, SPAN_LIT("a\0b"));
	check_str_eq(buf_str(&out), "a\\x00b", "NUL");
	buf_fini(&out);
}

/* Whatever the bytes: what is shown has no control character and is UTF-8, and showing it
 * again changes nothing. */
Test(str_text, display_is_harmless_for_all_bytes)
{
	uint64_t state = 7;

	for (int round = 0; round < 3000; round++) {
		struct buf once = BUF_INIT;
		struct buf twice = BUF_INIT;
		char text[16];

		for (size_t i = 0; i < sizeof(text); i++) {
			state = state * UINT64_C(6364136223846793005) +
			        1442695040888963407;
			text[i] = (char)(state >> 56);
		}
		str_display(&once, span_of(text, sizeof(text)));
		str_display(&twice, buf_span(&once));
		check_true(str_is_utf8(buf_span(&once)), "round %d", round);
		check_str_eq(buf_str(&once), buf_str(&twice), "round %d", round);
		check_size_eq(str_columns(buf_span(&once)),
		              str_columns(span_of(text, 16)), "columns of round %d",
		              round);
		for (size_t i = 0; i < once.len; i++)
			check_true((unsigned char)once.ptr[i] >= 0x20, "round %d", round);
		buf_fini(&once);
		buf_fini(&twice);
	}
}

Test(str_text, cut_ends_in_an_ellipsis)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *shown;
	} cases[] = {
		{ "abc", 3, "abc" },
		{ "abcd", 3, "ab\xE2\x80\xA6" },
		{ "abcd", 1, "\xE2\x80\xA6" },
		{ "abcd", 0, "" },
		{ "", 0, "" },
		{ "\xE6\xBC\xA2\xE5\xAD\x97", 4, "\xE6\xBC\xA2\xE5\xAD\x97" },
		{ "\xE6\xBC\xA2\xE5\xAD\x97", 3, "\xE6\xBC\xA2\xE2\x80\xA6" },
		{ "\xE6\xBC\xA2\xE5\xAD\x97", 2, "\xE2\x80\xA6" },
		{ "a\x1b"
		  "bc",
		  6, "a\\x1b\xE2\x80\xA6" },
		{ "a\x1b"
		  "bc",
		  5, "a\xE2\x80\xA6" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT;

		str_display_cut(&out, span_str(cases[i].text), cases[i].columns);
		check_str_eq(buf_str(&out), cases[i].shown, "case %zu", i);
		check_true(str_columns(buf_span(&out)) <= cases[i].columns, "case %zu",
		           i);
		buf_fini(&out);
	}
}

typedef void cutter(struct buf *out, struct span s, size_t columns);

/* What a person reads is cut where words end, what a person opens in front. */
Test(str_text, sentences_and_paths_are_cut_in_their_own_ways)
{
	static const struct {
		cutter *cut;
		const char *text;
		size_t columns;
		const char *shown;
	} cases[] = {
		{ str_display_words, "one two three", 13, "one two three" },
		{ str_display_words, "one two three four", 16, "one two \xE2\x80\xA6" },
		{ str_display_words, "no a (nor b, cc, dd, eeee)", 22,
		  "no a (nor b, cc, \xE2\x80\xA6)" },
		{ str_display_words, "what (it says of that)", 12,
		  "what (it \xE2\x80\xA6)" },
		{ str_display_words, "a veryverylongwordofmany", 12,
		  "a veryve\xE2\x80\xA6" },
		{ str_display_words, "abcdef", 3, "ab\xE2\x80\xA6" },
		{ str_display_words, "", 9, "" },
		{ str_display_path, "src/a.c", 7, "src/a.c" },
		{ str_display_path, "one/two/three/a.c", 12, "\xE2\x80\xA6/three/a.c" },
		{ str_display_path, "one/two/three/a.c", 10, "\xE2\x80\xA6/a.c" },
		{ str_display_path, "averylongname.c", 8, "\xE2\x80\xA6gname.c" },
		{ str_display_path, "a\xE6\xBC\xA2\xE5\xAD\x97.c", 5,
		  "\xE2\x80\xA6\xE5\xAD\x97.c" },
		{ str_display_path, "ab", 1, "\xE2\x80\xA6" },
		{ str_display_path, "ab", 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT;

		cases[i].cut(&out, span_str(cases[i].text), cases[i].columns);
		check_str_eq(buf_str(&out), cases[i].shown, "case %zu", i);
		check_true(str_columns(buf_span(&out)) <= cases[i].columns, "case %zu",
		           i);
		buf_fini(&out);
	}
}

Test(str_text, one_is_no_plural)
{
	check_str_eq(str_s(0), "s", "none");
	check_str_eq(str_s(1), "", "one");
	check_str_eq(str_s(2), "s", "two");
}
