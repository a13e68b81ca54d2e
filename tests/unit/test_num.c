// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "support/check.h"

TestSuite(num, .timeout = 10);

Test(num, sums_and_products_are_checked)
{
	size_t s = 5;
	uint64_t u = 5;

	check_true(num_add(SIZE_MAX - 1, 1, &s) && s == SIZE_MAX, "largest sum");
	check_true(!num_add(SIZE_MAX, 1, &s) && s == SIZE_MAX, "sum over, out untouched");
	check_true(num_mul(SIZE_MAX, 0, &s) && s == 0, "times zero");
	check_true(num_mul(0, SIZE_MAX, &s) && s == 0, "zero times");
	check_true(num_mul(SIZE_MAX / 2, 2, &s) && s == SIZE_MAX - 1, "largest product");
	check_true(!num_mul(SIZE_MAX / 2 + 1, 2, &s) && s == SIZE_MAX - 1,
	           "product over");
	check_true(num_add_u64(UINT64_MAX, 0, &u) && u == UINT64_MAX, "u64 sum");
	check_true(!num_add_u64(UINT64_MAX, 1, &u), "u64 sum over");
	check_true(num_mul_u64(UINT64_MAX, 1, &u) && u == UINT64_MAX, "u64 product");
	check_true(!num_mul_u64(UINT64_C(1) << 32, UINT64_C(1) << 32, &u),
	           "u64 product over");
	check_true(num_to_size(7, &s) && s == 7, "narrowing");
}

Test(num, u64)
{
	static const struct {
		const char *text;
		uint64_t min, max, value;
		bool good;
	} cases[] = {
		{ "0", 0, UINT64_MAX, 0, true },
		{ "007", 0, 9, 7, true },
		{ "18446744073709551615", 0, UINT64_MAX, UINT64_MAX, true },
		{ "18446744073709551616", 0, UINT64_MAX, 0, false },
		{ "99999999999999999999999", 0, UINT64_MAX, 0, false },
		{ "5", 6, 9, 0, false },
		{ "10", 6, 9, 0, false },
		{ "", 0, 9, 0, false },
		{ "-1", 0, 9, 0, false },
		{ "+1", 0, 9, 0, false },
		{ " 1", 0, 9, 0, false },
		{ "1 ", 0, 9, 0, false },
		{ "0x1", 0, 9, 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 77;
		bool good =
			num_u64(span_str(cases[i].text), cases[i].min, cases[i].max, &v);

		check_int_eq(good, cases[i].good, "'%s'", cases[i].text);
		check_u64_eq(v, good ? cases[i].value : 77, "value of '%s'",
		             cases[i].text);
	}
}

Test(num, i64)
{
	static const struct {
		const char *text;
		int64_t value;
		bool good;
	} cases[] = {
		{ "-9223372036854775808", INT64_MIN, true },
		{ "9223372036854775807", INT64_MAX, true },
		{ "-9223372036854775809", 0, false },
		{ "9223372036854775808", 0, false },
		{ "-0", 0, true },
		{ "-1", -1, true },
		{ "-", 0, false },
		{ "--1", 0, false },
		{ "", 0, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t v = 77;
		bool good = num_i64(span_str(cases[i].text), INT64_MIN, INT64_MAX, &v);

		check_int_eq(good, cases[i].good, "'%s'", cases[i].text);
		check_int_eq(v, good ? cases[i].value : 77, "value of '%s'",
		             cases[i].text);
	}
	int64_t v = 0;
	check_true(!num_i64(SPAN_LIT("-6"), -5, 5, &v), "below the minimum");
	check_true(!num_i64(SPAN_LIT("6"), -5, 5, &v), "above the maximum");
}

Test(num, decimal_text)
{
	static const char *const good[] = { "0",     "-1",   "1.5",  "007",  "1e30",
		                            "1E-30", "1e+3", "0.10", "-0.0", "71.25e2" };
	static const char *const bad[] = {
		"",    "-",   ".5",   "1.",    "1,5",   "+1",
		"1e",  "1e+", "1e31", "1e-31", "nan",   "inf",
		"0x1", "1 ",  " 1",   "1.2.3", "1e1.5", "1e99999999999999999999"
	};
	char wide[NUM_DECIMAL_MAX + 1];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_true(num_is_decimal(span_str(good[i])), "'%s' is one", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_true(!num_is_decimal(span_str(bad[i])), "'%s' is none", bad[i]);
	memset(wide, '1', sizeof(wide));
	check_true(num_is_json(SPAN_LIT("-0.5e3")), "JSON writes it so");
	check_true(num_is_json(SPAN_LIT("0")), "one zero");
	check_true(!num_is_json(SPAN_LIT("007")), "JSON has no leading zeros");
	check_true(!num_is_json(SPAN_LIT("-00.5")), "nor behind a sign");
	check_true(num_is_decimal(span_of(wide, NUM_DECIMAL_MAX)), "as long as may be");
	check_true(!num_is_decimal(span_of(wide, sizeof(wide))), "one byte longer");
	check_true(!num_is_decimal(SPAN_LIT("1.\0")), "a NUL is no mark");
}

Test(num, doubles)
{
	static const struct {
		const char *text;
		double value;
	} good[] = {
		{ "1.5", 1.5 },
		{ "1,5", 1.5 },
		{ "-0.25", -0.25 },
		{ "1e3", 1000 },
		{ "12", 12 },
		{ "1,234.5", 1234.5 },
		{ "-12,345,678.25", -12345678.25 },
		{ "1,234", 1.234 },
	};
	static const char *const bad[] = {
		"",        "nan",     "inf",     "1e999",      "0x10",   "1.5s",
		".5",      ",",       "1,23.5",  "1234,567.5", ",123.5", "1,,234.5",
		"1.5,234", "-,123.5", "1,234,5", "1,234,567",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		double v = 77;

		check_true(num_double(span_str(good[i].text), &v), "'%s'", good[i].text);
		check_true(v == good[i].value, "'%s' is %g", good[i].text, v);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		double v = 77;

		check_true(!num_double(span_str(bad[i]), &v), "'%s' is none", bad[i]);
		check_true(v == 77, "out untouched by '%s'", bad[i]);
	}
}

struct quantity {
	const char *text;
	uint64_t value;
	bool good;
};

static void check_quantities(const struct quantity *cases, size_t count,
                             bool read(struct span, uint64_t *))
{
	for (size_t i = 0; i < count; i++) {
		uint64_t v = 77;

		check_int_eq(read(span_str(cases[i].text), &v), cases[i].good, "'%s'",
		             cases[i].text);
		check_u64_eq(v, cases[i].good ? cases[i].value : 77, "value of '%s'",
		             cases[i].text);
	}
}

Test(num, durations)
{
	static const struct quantity cases[] = {
		{ "250ms", 250, true },
		{ "10s", 10000, true },
		{ "5m", 300000, true },
		{ "24h", 86400000, true },
		{ "30d", UINT64_C(2592000000), true },
		{ "0s", 0, true },
		{ "10", 0, false },
		{ "s", 0, false },
		{ "10 s", 0, false },
		{ "1.5s", 0, false },
		{ "10S", 0, false },
		{ "-1s", 0, false },
		{ "1w", 0, false },
		{ "213503982334602d", 0, false },
	};

	check_quantities(cases, sizeof(cases) / sizeof(cases[0]), num_duration_ms);
}

Test(num, byte_sizes)
{
	static const struct quantity cases[] = {
		{ "512", 512, true },
		{ "10KiB", 10240, true },
		{ "10kB", 10000, true },
		{ "10MiB", 10485760, true },
		{ "10MB", 10000000, true },
		{ "2GiB", UINT64_C(2147483648), true },
		{ "2GB", UINT64_C(2000000000), true },
		{ "1TiB", UINT64_C(1099511627776), true },
		{ "16777216TiB", 0, false },
		{ "10K", 0, false },
		{ "KiB", 0, false },
		{ "1.5MiB", 0, false },
		{ "", 0, false },
	};

	check_quantities(cases, sizeof(cases) / sizeof(cases[0]), num_bytes);
}
