// SPDX-License-Identifier: Apache-2.0
#include "base/when.h"
#include "support/check.h"

TestSuite(when, .timeout = 10);

static const struct {
	int64_t ms;
	const char *text;
} instants[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ 1, "1970-01-01T00:00:00.001Z" },
	{ -1, "1969-12-31T23:59:59.999Z" },
	{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
	{ INT64_C(951868800000), "2000-03-01T00:00:00.000Z" },
	{ INT64_C(1795341600250), "2026-11-22T10:00:00.250Z" },
	{ INT64_C(4107542399999), "2100-02-28T23:59:59.999Z" },
	{ INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
	{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
	{ INT64_C(-62167219200000), "0000-01-01T00:00:00.000Z" },
	{ INT64_C(-62162035200001), "0000-02-29T23:59:59.999Z" },
	{ INT64_C(-62135596800000), "0001-01-01T00:00:00.000Z" },
};

Test(when, known_instants_both_ways)
{
	for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
		char text[WHEN_TEXT];
		int64_t ms = 77;

		when_format(instants[i].ms, true, text);
		check_str_eq(text, instants[i].text, "format %zu", i);
		check_true(when_parse(span_str(text), &ms), "parse %s", text);
		check_int_eq(ms, instants[i].ms, "parse %s", text);
	}
}

Test(when, every_day_goes_both_ways)
{
	char text[WHEN_TEXT];
	int64_t back;

	for (int64_t day = -719528; day <= 2932896; day += 13) {
		when_format(day * 86400000, false, text);
		check_true(when_parse(span_str(text), &back), "parse %s", text);
		check_int_eq(back, day * 86400000, "%s", text);
	}
}

Test(when, far_years_are_clipped)
{
	char text[WHEN_TEXT];

	when_format(INT64_MAX, false, text);
	check_str_eq(text, "9999-12-31T23:59:59Z", "end");
	when_format(INT64_MIN, false, text);
	check_str_eq(text, "0000-01-01T00:00:00Z", "start");
}

Test(when, forms_of_rfc3339)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "1970-01-02", 86400000 },
		{ "1970-01-01t00:00:01z", 1000 },
		{ "1970-01-01 00:00:01Z", 1000 },
		{ "1970-01-01T00:00:00.5Z", 500 },
		{ "1970-01-01T00:00:00.123456789Z", 123 },
		{ "1970-01-01T02:30:00+02:30", 0 },
		{ "1969-12-31T21:30:00-02:30", 0 },
		{ "1970-01-01T00:00:00-00:00", 0 },
		{ "1972-06-30T23:59:60Z", INT64_C(78796800000) },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t ms = 77;

		check_true(when_parse(span_str(good[i].text), &ms), "%s", good[i].text);
		check_int_eq(ms, good[i].ms, "%s", good[i].text);
	}
}

Test(when, everything_else_is_refused)
{
	static const char *const bad[] = {
		"",
		"1970",
		"1970-1-1",
		"1970-13-01",
		"1970-00-01",
		"1970-01-00",
		"1970-01-32",
		"2025-02-29",
		"2100-02-29",
		"2026-04-31",
		"1970-01-01T",
		"1970-01-01T00:00",
		"1970-01-01T00:00:00",
		"1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z",
		"1970-01-01T00:00:60Z",
		"1970-01-01T00:59:61Z",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00,5Z",
		"1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+0100",
		"1970-01-01T00:00:00Zx",
		"1970-01-01x",
		"-970-01-01",
		" 1970-01-01",
		"1970/01/01",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t ms = 77;

		check_true(!when_parse(span_str(bad[i]), &ms), "'%s'", bad[i]);
		check_int_eq(ms, 77, "out untouched by '%s'", bad[i]);
	}
}

Test(when, durations_for_people)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "0 ms" },
		{ 999, "999 ms" },
		{ 1000, "1.0 s" },
		{ 1250, "1.2 s" },
		{ 59999, "59.9 s" },
		{ 60000, "1 min" },
		{ 185000, "3 min 5 s" },
		{ 3599999, "59 min 59 s" },
		{ 7800000, "2 h 10 min" },
		{ 86399999, "23 h 59 min" },
		{ 86400000, "1 d" },
		{ UINT64_C(356400000), "4 d 3 h" },
		{ UINT64_MAX, "213503982334 d 14 h" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[WHEN_TEXT];

		when_duration(cases[i].ms, text);
		check_str_eq(text, cases[i].text, "case %zu", i);
	}
}
