// SPDX-License-Identifier: Apache-2.0
#include "scanners/language_internal.h"
#include "support/check.h"

TestSuite(language, .timeout = 10);

static void check_aliases(const struct scan_language_alias *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		check_true(i == 0 || strcmp(table[i - 1].key, table[i].key) < 0,
		           "%s is in byte order", table[i].key);
		check_not_null(scan_language_row(table[i].language), "%s names a row",
		               table[i].key);
	}
}

Test(language, tables_are_sorted_and_complete)
{
	const struct scan_language_alias *table;
	const struct scan_language *rows;
	size_t count;

	rows = scan_language_rows(&count);
	for (size_t i = 1; i < count; i++)
		check_true(strcmp(rows[i - 1].name, rows[i].name) < 0, "%s is in order",
		           rows[i].name);
	table = scan_language_extensions(&count);
	check_aliases(table, count);
	table = scan_language_file_names(&count);
	check_aliases(table, count);
}

Test(language, is_found_by_name_and_first_line)
{
	static const struct {
		const char *file;
		const char *text;
		const char *language;
	} cases[] = {
		{ "a.c", "", "c" },
		{ "a.h.in", "", "c" },
		{ "Dockerfile.dev", "", "dockerfile" },
		{ "CMakeLists.txt", "", "cmake" },
		{ ".env.local", "", "properties" },
		{ "run", "#!/bin/sh -e\n", "shell" },
		{ "run", "#!/usr/bin/env python3.11\n", "python" },
		{ "run", "#!/usr/bin/env -S A=b node --x\n", "javascript" },
		{ "run", "#!\n", NULL },
		{ "run", "#!/bin/unheard-of\n", NULL },
		{ ".c", "", NULL },
		{ "README", "", NULL },
		{ "a.unknown", "", NULL },
		{ "", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scan_language *l = scan_language_of(span_str(cases[i].file),
		                                                 span_str(cases[i].text));

		check_str_eq(l == NULL ? NULL : l->name, cases[i].language, "file %s",
		             cases[i].file);
	}
}

Test(language, is_found_by_the_word_of_a_fence)
{
	static const char *const cases[][2] = {
		{ "js", "javascript" }, { "sh", "shell" },  { "c++", "cpp" },
		{ "python", "python" }, { "golang", "go" }, { "console", "shell" },
		{ "text", NULL },       { "a\tb", NULL },   { "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct scan_language *l =
			scan_language_named(span_str(cases[i][0]));

		check_str_eq(l == NULL ? NULL : l->name, cases[i][1], "fence %s",
		             cases[i][0]);
	}
}
