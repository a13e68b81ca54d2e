// SPDX-License-Identifier: Apache-2.0
#include "collect/value.h"
#include "support/check.h"

TestSuite(value, .timeout = 10);

enum {
	NOTHING = GATE_MISSED_NOTHING,
	MORE = GATE_MISSED_MORE,
	ANY = GATE_MISSED_ANY,
};

Test(value, of_a_measure_on_a_scale)
{
	static const struct {
		const char *fail, *pass; /* NULL = no scale */
		uint64_t numerator, denominator;
		int missed;
		const char *low, *high;
		enum gate_state state;
	} table[] = {
		{ NULL, NULL, 0, 1, NOTHING, "1", "1", GATE_PASS },
		{ NULL, NULL, 1, 1, NOTHING, "0", "0", GATE_FAIL },
		{ NULL, NULL, 0, 1, MORE, "0", "1", GATE_WARN },
		{ NULL, NULL, 7, 1, MORE, "0", "0", GATE_FAIL },
		{ "5", "0", 0, 1, NOTHING, "1", "1", GATE_PASS },
		{ "5", "0", 1, 1, NOTHING, "0.8", "0.8", GATE_WARN },
		{ "5", "0", 5, 1, NOTHING, "0", "0", GATE_FAIL },
		{ "5", "0", 900, 1, NOTHING, "0", "0", GATE_FAIL },
		{ "5", "0", 1, 1, MORE, "0", "0.8", GATE_WARN },
		{ "5", "0", 1, 1, ANY, "0", "1", GATE_WARN },
		{ "5", "0", 9, 1, ANY, "0", "1", GATE_WARN },
		{ NULL, NULL, 7, 1, ANY, "0", "0", GATE_FAIL },
		{ NULL, NULL, 0, 1, ANY, "0", "1", GATE_WARN },
		{ "0", "4", 3, 1, MORE, "0.75", "1", GATE_WARN },
		{ "0", "1", 1, 1, MORE, "1", "1", GATE_PASS },
		{ "0", "1", 0, 1, MORE, "0", "1", GATE_WARN },
		{ "0", "4", 3, 1, ANY, "0", "1", GATE_WARN },
		{ "50", "80", 50, 1, NOTHING, "0", "0", GATE_FAIL },
		{ "50", "80", 65, 1, NOTHING, "0.5", "0.5", GATE_WARN },
		{ "50", "80", 99, 1, NOTHING, "1", "1", GATE_PASS },
		{ "3", "0", 1, 1, NOTHING, "0.666666666666", "0.666666666666",
		  GATE_WARN },
		{ "0.5", "0.25", 1, 3, NOTHING, "0.666666666666", "0.666666666666",
		  GATE_WARN },
		{ "1e-3", "0", 1, 4000, NOTHING, "0.75", "0.75", GATE_WARN },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_check check = { .has_scale = table[i].fail != NULL,
			                    .scale_fail = table[i].fail,
			                    .scale_pass = table[i].pass };
		struct gate_value v;
		struct gate_ratio x;

		gate_ratio_init(&x);
		gate_ratio_set_u64(&x, table[i].numerator, table[i].denominator);
		check_true(gate_value_of_measure(&v, &check, &x,
		                                 (enum gate_missed)table[i].missed),
		           "row %zu", i);
		check_str_eq(v.low, table[i].low, "low of row %zu", i);
		check_str_eq(v.high, table[i].high, "high of row %zu", i);
		check_int_eq(v.state, table[i].state, "state of row %zu", i);
		gate_ratio_fini(&x);
	}
}

Test(value, refuses_a_scale_without_width)
{
	struct gate_check check = { .has_scale = true,
		                    .scale_fail = "5",
		                    .scale_pass = "5.0" };
	struct gate_value v;
	struct gate_ratio x;

	gate_ratio_init(&x);
	check_true(!gate_value_of_measure(&v, &check, &x, GATE_MISSED_NOTHING),
	           "5 is 5.0");
	gate_ratio_fini(&x);
}

Test(value, of_states_and_decimals)
{
	static const struct {
		const char *text;
		enum gate_state state;
	} table[] = {
		{ "1", GATE_PASS },   { "1.000", GATE_PASS }, { "0", GATE_FAIL },
		{ "0.0", GATE_FAIL }, { "0.71", GATE_WARN },  { "1e-1", GATE_WARN },
	};
	struct gate_value v;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		check_true(gate_value_of_decimals(&v, table[i].text, table[i].text), "%s",
		           table[i].text);
		check_int_eq(v.state, table[i].state, "%s", table[i].text);
		check_str_eq(v.low, table[i].text, "kept as it was written");
	}
	check_true(!gate_value_of_decimals(&v, "much", "1"), "no decimal");
	gate_value_of_state(&v, GATE_WARN);
	check_str_eq(v.low, "0.5", "warn is one half");
	check_str_eq(v.high, "0.5", "warn is one half");
	gate_value_of_state(&v, GATE_PASS);
	check_str_eq(v.low, "1", "pass");
	gate_value_of_state(&v, GATE_FAIL);
	check_str_eq(v.high, "0", "fail");
}

Test(value, text_has_no_zeros_at_the_end)
{
	static const struct {
		uint64_t numerator, denominator;
		const char *want;
	} table[] = {
		{ 0, 1, "0" },     { 100, 1, "100" },          { 5, 2, "2.5" },
		{ 1, 3, "0.333" }, { 1, 100000, "0" },         { 2999, 1000, "2.999" },
		{ 10, 1, "10" },   { 1999999, 2, "999999.5" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[GATE_VALUE_TEXT];
		struct gate_ratio x;

		gate_ratio_init(&x);
		gate_ratio_set_u64(&x, table[i].numerator, table[i].denominator);
		gate_value_text(&x, 3, text);
		check_str_eq(text, table[i].want, "row %zu", i);
		gate_ratio_fini(&x);
	}
}
