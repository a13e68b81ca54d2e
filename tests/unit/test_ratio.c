// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "support/check.h"
#include "verdict/ratio.h"

TestSuite(ratio, .timeout = 10);

Test(ratio, decimals_are_read_exactly)
{
	static const struct {
		const char *text;
		const char *fraction;
	} table[] = {
		{ "0", "0" },
		{ "1", "1" },
		{ "-2.50", "-5/2" },
		{ "0.1", "1/10" },
		{ "1e-3", "1/1000" },
		{ "2.5E+2", "250" },
		{ "71.20", "356/5" },
		{ "0.333", "333/1000" },
		{ "-0", "0" },
		{ "1e30", "1000000000000000000000000000000" },
		{ "00000000000000000000000000000000000000000000000000000000000001.5",
		  "3/2" },
	};
	struct gate_ratio r = GATE_RATIO_INIT;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_true(gate_ratio_set_decimal(&r, span_str(table[i].text)),
		           "%s is a decimal", table[i].text);
		buf_clear(&text);
		gate_ratio_fraction(&r, &text);
		check_str_eq(buf_str(&text), table[i].fraction, "%s", table[i].text);
	}
	buf_fini(&text);
	gate_ratio_fini(&r);
}

Test(ratio, other_text_is_refused_and_changes_nothing)
{
	static const char *const table[] = { "",     "-",   ".5",  "1.",  "1e", "0x10",
		                             "1e99", "nan", "inf", "1,5", " 1", "1 " };
	struct gate_ratio r = GATE_RATIO_INIT;

	gate_ratio_set_u64(&r, 7, 2);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_true(!gate_ratio_set_decimal(&r, span_str(table[i])),
		           "\"%s\" is refused", table[i]);
		check_int_eq(gate_ratio_floor(&r, 10), 35, "\"%s\" left r alone",
		             table[i]);
	}
	gate_ratio_fini(&r);
}

Test(ratio, floor_and_text_round_down_on_both_sides_of_zero)
{
	static const struct {
		const char *value;
		unsigned digits;
		const char *text;
	} table[] = {
		{ "71.29", 1, "71.2" },
		{ "71.2", 1, "71.2" },
		{ "0.9999999", 6, "0.999999" },
		{ "0", 4, "0.0000" },
		{ "-0.25", 1, "-0.3" },
		{ "-0.20", 1, "-0.2" },
		{ "100", 0, "100" },
		{ "-1.5", 0, "-2" },
		{ "1e30", 0, "9223372036854775807" },
		{ "-1e30", 1, "-922337203685477580.8" },
	};
	struct gate_ratio r = GATE_RATIO_INIT;
	char text[64];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_true(gate_ratio_set_decimal(&r, span_str(table[i].value)),
		           "parses");
		gate_ratio_text(&r, table[i].digits, text);
		check_str_eq(text, table[i].text, "%s", table[i].value);
	}
	gate_ratio_fini(&r);
}

Test(ratio, arithmetic_is_exact_and_may_write_to_an_operand)
{
	struct gate_ratio a = GATE_RATIO_INIT;
	struct gate_ratio b = GATE_RATIO_INIT;
	struct buf text = BUF_INIT;

	gate_ratio_set_u64(&a, 1, 3);
	gate_ratio_set_u64(&b, 1, 6);
	gate_ratio_add(&a, &a, &b); /* 1/2 */
	gate_ratio_sub(&b, &b, &a); /* -1/3 */
	gate_ratio_mul(&a, &a, &b); /* -1/6 */
	gate_ratio_div(&a, &a, &b); /* 1/2 */
	gate_ratio_mul(&a, &a, &a); /* 1/4 */
	gate_ratio_fraction(&a, &text);
	buf_putc(&text, ' ');
	gate_ratio_fraction(&b, &text);
	check_str_eq(buf_str(&text), "1/4 -1/3", "the chain");
	check_int_eq(gate_ratio_cmp(&a, &b), 1, "1/4 is above -1/3");
	check_int_eq(gate_ratio_sign(&b), -1, "-1/3 is negative");
	buf_fini(&text);
	gate_ratio_fini(&a);
	gate_ratio_fini(&b);
}

Test(ratio, one_never_written_to_is_zero)
{
	struct gate_ratio zero = GATE_RATIO_INIT;
	struct gate_ratio r = GATE_RATIO_INIT;

	check_int_eq(gate_ratio_sign(&zero), 0, "sign");
	gate_ratio_set_u64(&r, UINT64_MAX, 1);
	gate_ratio_add(&r, &r, &zero);
	gate_ratio_add(&r, &r, &r);
	check_int_eq(gate_ratio_floor(&r, 1), INT64_MAX, "clipped above");
	gate_ratio_sub(&r, &zero, &r);
	check_int_eq(gate_ratio_floor(&r, 1), INT64_MIN, "clipped below");
	gate_ratio_set(&r, &zero);
	check_int_eq(gate_ratio_cmp(&r, &zero), 0, "set to zero");
	gate_ratio_fini(&zero);
	gate_ratio_fini(&r);
}

Test(ratio, sum_of_many_equals_adding_one_by_one)
{
	struct gate_ratio items[100] = { GATE_RATIO_INIT };
	const struct gate_ratio *list[100];
	struct gate_ratio slow = GATE_RATIO_INIT;

	for (size_t n = 0; n < 100; n++) {
		gate_ratio_set_u64(&items[n], n * n + 1, n + 7);
		list[n] = &items[n];
		gate_ratio_add(&slow, &slow, &items[n]);
	}
	gate_ratio_sum(&items[0], list, 100);
	check_int_eq(gate_ratio_cmp(&items[0], &slow), 0, "in halves and in a row");
	gate_ratio_sum(&items[0], list, 0);
	check_int_eq(gate_ratio_sign(&items[0]), 0, "the sum of nothing");
	for (size_t n = 0; n < 100; n++)
		gate_ratio_fini(&items[n]);
	gate_ratio_fini(&slow);
}

Test(ratio, fractions_come_back_as_they_were_written)
{
	static const char *const good[] = {
		"0",
		"1",
		"-1",
		"5/2",
		"-5/2",
		"356/5",
		"123456789012345678901234567890/1234567890123456789012345678901",
	};
	static const char *const bad[] = {
		"",    "-",    "/",    "1/", "/2", "1/0",   "2/4", "-0",  "01",  "+1",
		"1.5", "1/-2", "1/02", " 1", "1 ", "1/2/3", "0/5", "4/1", "--1", "0x1",
	};
	struct gate_ratio r = GATE_RATIO_INIT;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		check_true(gate_ratio_set_fraction(&r, span_str(good[i])), "%s", good[i]);
		buf_clear(&text);
		gate_ratio_fraction(&r, &text);
		check_str_eq(buf_str(&text), good[i], "written again");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_true(!gate_ratio_set_fraction(&r, span_str(bad[i])), "%s", bad[i]);
	buf_clear(&text);
	buf_fill(&text, '9', GATE_FRACTION_MAX + 1);
	check_true(!gate_ratio_set_fraction(&r, buf_span(&text)), "too long");
	buf_clear(&text);
	gate_ratio_fraction(&r, &text);
	check_str_eq(buf_str(&text), good[6], "what is refused changes nothing");
	buf_fini(&text);
	gate_ratio_fini(&r);
}
