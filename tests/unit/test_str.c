// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "support/check.h"

TestSuite(str, .timeout = 10);

Test(str, comparing)
{
	check_true(str_eq("a", "a") && !str_eq("a", "b"), "texts");
	check_true(str_eq(NULL, NULL), "NULL equals NULL");
	check_true(!str_eq(NULL, "") && !str_eq("", NULL), "and nothing else");
	check_true(str_starts("abc", "ab") && !str_starts("ab", "abc"), "starts");
	check_true(str_ends("abc", "bc") && !str_ends("bc", "abc"), "ends");
	check_true(str_starts("a", "") && str_ends("a", ""), "empty affix");
}

Test(str, nearest_word)
{
	static const char *const words[] = { "policy", "profile", "only",
		                             "skip",   "format",  "no-exec" };
	static const struct {
		const char *word;
		const char *meant;
	} cases[] = {
		{ "polcy", "policy" },
		{ "poilcy", "policy" },
		{ "profle", "profile" },
		{ "fromat", "format" },
		{ "skp", "skip" },
		{ "noexec", "no-exec" },
		{ "only", "only" },
		{ "xyz", NULL },
		{ "", NULL },
		{ "formatting", NULL },
		{ "profiles", "profile" },
		{ "onyl", "only" },
		{ "sikp", "skip" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_str_eq(str_nearest(span_str(cases[i].word), words,
		                         sizeof(words) / sizeof(words[0])),
		             cases[i].meant, "'%s'", cases[i].word);
	check_null(str_nearest(SPAN_LIT("a"), NULL, 0), "no candidates");
}

Test(str, nearest_takes_the_first_of_equals_and_no_long_words)
{
	static const char *const words[] = { "bat", "cat", "hat" };
	static const char *const equals[] = { "abd", "abe" };
	char wide[200];

	check_str_eq(str_nearest(SPAN_LIT("hat"), words, 3), "hat", "exact beats near");
	check_str_eq(str_nearest(SPAN_LIT("abc"), equals, 2), "abd", "first of equals");
	memset(wide, 'a', sizeof(wide));
	check_null(str_nearest(span_of(wide, sizeof(wide)), words, 3),
	           "no typing mistake");
}

Test(str, hex)
{
	char out[9];

	str_hex("\x00\x9f\xff\x10", 4, out);
	check_str_eq(out, "009fff10", "digits");
	str_hex("", 0, out);
	check_str_eq(out, "", "nothing");
}

Test(str, unhex_reads_exactly_so_many_lower_case_digits)
{
	static const char *const bad[] = {
		"",         "009fff1",  "009fff100",  "009FFF10",
		"009fff1g", " 09fff10", "009fff10aa",
	};
	unsigned char out[4] = { 7, 7, 7, 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_true(!str_unhex(span_str(bad[i]), out, 4), "refused: '%s'", bad[i]);
		check_mem_eq(out, "\7\7\7\7", 4, "untouched by '%s'", bad[i]);
	}
	check_true(str_unhex(SPAN_LIT("009fff10"), out, 4), "digits");
	check_mem_eq(out, "\x00\x9f\xff\x10", 4, "their bytes");
	check_true(str_unhex(SPAN_EMPTY, out, 0), "nothing is no digits");
}

Test(str, sizes_for_people)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1536, "1.5 KiB" },
		{ 5368709120, "5.0 GiB" },
		{ UINT64_MAX, "16.0 EiB" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;

		str_size(&out, cases[i].bytes);
		check_str_eq(buf_str(&out), cases[i].text, "a size");
		buf_fini(&out);
	}
}
