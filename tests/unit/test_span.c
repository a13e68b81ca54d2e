// SPDX-License-Identifier: Apache-2.0
#include "base/span.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

TestSuite(span, .timeout = 10);

Test(span, of_null_is_empty)
{
	check_size_eq(span_str(NULL).len, 0, "NULL");
	check_size_eq(span_str("").len, 0, "empty text");
	check_true(span_eq(span_str(NULL), span_str("")), "both are equal");
	check_true(span_eq_str(SPAN_LIT("ab"), "ab"), "text");
	check_true(!span_eq_str(SPAN_LIT("ab"), "abc"), "longer text");
	check_true(!span_eq_str(SPAN_LIT("a\0b"), "a"), "an embedded NUL counts");
}

Test(span, order_is_by_bytes_and_then_length)
{
	static const char *const sorted[] = { "",   "A", "a",    "aa",
		                              "ab", "b", "\x80", "\xFF" };
	const size_t count = sizeof(sorted) / sizeof(sorted[0]);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int order = span_cmp(span_str(sorted[i]), span_str(sorted[j]));

			check_int_eq((order > 0) - (order < 0), (i > j) - (i < j),
			             "%zu %zu", i, j);
		}
	check_int_eq(span_cmp(SPAN_EMPTY, SPAN_EMPTY), 0, "NULL pointers");
}

Test(span, starts_and_ends)
{
	check_true(span_starts(SPAN_LIT("abc"), SPAN_LIT("ab")), "start");
	check_true(span_starts(SPAN_LIT("abc"), SPAN_EMPTY), "empty start");
	check_true(!span_starts(SPAN_LIT("ab"), SPAN_LIT("abc")), "too long a start");
	check_true(span_ends(SPAN_LIT("abc"), SPAN_LIT("bc")), "end");
	check_true(span_ends(SPAN_EMPTY, SPAN_EMPTY), "empty end");
	check_true(!span_ends(SPAN_LIT("bc"), SPAN_LIT("abc")), "too long an end");
	check_true(!span_ends(SPAN_LIT("abc"), SPAN_LIT("ab")), "not at the end");
}

Test(span, find_gives_the_first_or_the_length)
{
	static const struct {
		const char *text;
		const char *needle;
		size_t at;
	} cases[] = {
		{ "abcabc", "bc", 1 },   { "abc", "", 0 },      { "", "", 0 },
		{ "", "a", 0 },          { "aaab", "aab", 1 },  { "abc", "d", 3 },
		{ "ab", "abc", 2 },      { "abab", "ba", 1 },   { "xxa", "ab", 3 },
		{ "abc", "abc", 0 },     { "ekeky", "eky", 2 }, { "kkk", "eek", 3 },
		{ "e kube", "kube", 2 }, { "ek", "eke", 2 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_size_eq(
			span_find(span_str(cases[i].text), span_str(cases[i].needle)),
			cases[i].at, "case %zu", i);
	check_size_eq(span_find_byte(SPAN_LIT("a/b/c"), '/'), 1, "first byte");
	check_size_eq(span_rfind_byte(SPAN_LIT("a/b/c"), '/'), 3, "last byte");
	check_size_eq(span_find_byte(SPAN_LIT("abc"), '/'), 3, "no first byte");
	check_size_eq(span_rfind_byte(SPAN_LIT("abc"), '/'), 3, "no last byte");
	check_size_eq(span_find_byte(SPAN_EMPTY, 'a'), 0, "empty");
}

static size_t found_one_by_one(struct span s, struct span needle)
{
	for (size_t at = 0; needle.len <= s.len && at <= s.len - needle.len; at++)
		if (span_eq(span_sub(s, at, needle.len), needle))
			return at;
	return s.len;
}

/* Texts are crossed in lanes of sixteen: each needle stands at every offset of them, with
 * what only looks like it in front. */
Test(span, find_in_lanes_is_as_one_by_one)
{
	static const char *const needles[] = { "ab",      "ba",
		                               "bb",      "aab",
		                               "a\nb",    "abbab",
		                               "bab\n\n", "ababababababababababa" };

	for (size_t i = 0; i < sizeof(needles) / sizeof(needles[0]); i++)
		for (size_t len = 0; len <= 70; len++)
			for (size_t at = 0; at <= len; at++) {
				struct span needle = span_str(needles[i]);
				char text[128];
				/* At the end of what may be read: sanitizers see one
				 * more. */
				char *exact = malloc(len + 1);
				struct span all = span_of(exact + 1, len);

				check_true(exact != NULL, "memory");
				for (size_t k = 0; k < sizeof(text); k++)
					text[k] = k % 5 == 3 ? 'b' : 'a';
				memcpy(text + at, needle.ptr, needle.len);
				memcpy(exact + 1, text, len);
				check_size_eq(span_find(all, needle),
				              found_one_by_one(all, needle),
				              "needle %zu at %zu of %zu", i, at, len);
				free(exact);
			}
}

Test(span, find_without_regard_to_case)
{
	static const struct {
		const char *text;
		const char *small;
		size_t at;
	} cases[] = {
		{ "Roll Back", "roll back", 0 },
		{ "scRroll", "roll", 3 },
		{ "xRol", "roll", 4 },
		{ "", "a", 0 },
		{ "abc", "", 0 },
		{ "a-B-b", "-b", 1 },
		{ "AaAb", "ab", 2 },
		{ "[{", "{", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_size_eq(span_find_caseless(span_str(cases[i].text),
		                                 span_str(cases[i].small)),
		              cases[i].at, "case %zu", i);
}

Test(span, cuts_are_clipped)
{
	check_true(span_eq_str(span_from(SPAN_LIT("abc"), 1), "bc"), "from");
	check_size_eq(span_from(SPAN_LIT("abc"), 9).len, 0, "from past the end");
	check_size_eq(span_from(SPAN_EMPTY, 9).len, 0, "from of empty");
	check_true(span_eq_str(span_sub(SPAN_LIT("abc"), 1, 1), "b"), "sub");
	check_true(span_eq_str(span_sub(SPAN_LIT("abc"), 1, SIZE_MAX), "bc"),
	           "sub too long");
	check_size_eq(span_sub(SPAN_LIT("abc"), SIZE_MAX, SIZE_MAX).len, 0,
	              "sub past the end");
}

Test(span, trim_takes_white_space_only)
{
	check_true(span_eq_str(span_trim(SPAN_LIT(" \t\r\n\v\fa b\n ")), "a b"),
	           "both ends");
	check_size_eq(span_trim(SPAN_LIT(" \n")).len, 0, "only white space");
	check_size_eq(span_trim(SPAN_EMPTY).len, 0, "empty");
	check_true(span_eq_str(span_trim(SPAN_LIT("\xC2\xA0x")), "\xC2\xA0x"),
	           "ASCII only");
}

/* Joins the pieces with '|' so that one text says it all. */
static void join(char *out, const char *text, char sep, bool lines)
{
	struct span rest = span_str(text);
	struct span piece;

	while (lines ? span_line(&rest, &piece) : span_split(&rest, sep, &piece)) {
		memcpy(out, piece.ptr, piece.len);
		out += piece.len;
		*out++ = '|';
	}
	*out = '\0';
}

Test(span, split_and_lines)
{
	static const struct {
		const char *text;
		const char *pieces;
		const char *lines;
	} cases[] = {
		{ "", "", "" },
		{ "a,,b", "a||b|", "a,,b|" },
		{ "a,", "a|", "a,|" },
		{ ",", "|", ",|" },
		{ "a\nb\r\n\r\nc", "a\nb\r\n\r\nc|", "a|b||c|" },
		{ "a\n", "a\n|", "a|" },
		{ "\n", "\n|", "|" },
		{ "a\r", "a\r|", "a|" },
	};
	char got[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		join(got, cases[i].text, ',', false);
		check_str_eq(got, cases[i].pieces, "pieces of case %zu", i);
		join(got, cases[i].text, 0, true);
		check_str_eq(got, cases[i].lines, "lines of case %zu", i);
	}
}
