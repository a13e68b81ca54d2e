// SPDX-License-Identifier: Apache-2.0
#include "collect/cases.h"
#include "support/check.h"

TestSuite(parse_regex, .timeout = 20);

Test(parse_regex, each_match_is_a_case)
{
	static const char text[] = "Running\n"
				   "test one ... ok\n"
				   "test two ... \x1b[31mFAILED\x1b[0m\n"
				   "test three ... ignored\r\n"
				   "test four ... exploded\n"
				   "not a test one ... ok\n";
	static const char pattern[] = "^test (?<name>\\w+) \\.\\.\\. (?<status>\\w+)$";
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(gate_parse_regex(pattern, span_str(text), &c, &err), &err);
	check_size_eq(c.count, 4, "cases");
	check_u64_eq(c.passed, 1, "passed");
	check_u64_eq(c.failed, 2, "failed");
	check_u64_eq(c.skipped, 1, "skipped");
	check_str_eq(c.items[1].name, "two", "name");
	check_str_eq(c.items[3].name, "four", "an unknown word fails");
	check_str_contains(c.items[3].message, "not known", "and says why");
	gate_cases_fini(&c);
}

Test(parse_regex, patterns_that_cannot_work_are_refused)
{
	static const struct {
		const char *pattern;
		enum err_code code;
		const char *part;
	} table[] = {
		{ "(?<name>\\w+)", ERR_USAGE, "no group (?<status>..)" },
		{ "(?<status>", ERR_CORRUPT, "pattern" },
		{ "(a)(b)(c)(d)(e)(f)(g)(?<status>h)", ERR_USAGE, "among the first 7" },
		{ NULL, ERR_USAGE, "no group" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_int_eq(
			gate_parse_regex(table[i].pattern, SPAN_LIT("x ok"), &c, &err),
			table[i].code, "row %zu: %s", i, err.msg);
		check_str_contains(err.msg, table[i].part, "row %zu", i);
		check_size_eq(c.count, 0, "no case in row %zu", i);
		gate_cases_fini(&c);
	}
}

Test(parse_regex, hostile_patterns_end)
{
	static const struct {
		const char *pattern;
		enum err_code code;
	} table[] = {
		{ "(?<status>(a+)+)[xy]", ERR_LIMIT },
		{ "(?<status>z*)", ERR_OK },
		{ "(?<status>)", ERR_OK },
	};
	static char text[200000];

	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_int_eq(gate_parse_regex(table[i].pattern, span_str(text), &c, &err),
		             table[i].code, "row %zu: %s", i, err.msg);
		check_size_eq(c.count, 0, "no case in row %zu", i);
		gate_cases_fini(&c);
	}
}
