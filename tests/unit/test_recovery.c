// SPDX-License-Identifier: Apache-2.0
#include "repo/recovery.h"

#include "support/check_hex.h"

TestSuite(recovery, .timeout = 10);

/* Of the bytes 00 01 .. 13; tests/golden/slot_vectors.py prints it. */
static const char golden[] = "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-WYQB";

static void is_golden(const unsigned char *code, const char *what)
{
	for (unsigned i = 0; i < LB_RECOVERY; i++)
		check_int_eq(code[i], i, "%s: byte %u", what, i);
}

Test(recovery, matches_the_vector)
{
	unsigned char code[LB_RECOVERY];
	char text[LB_RECOVERY_TEXT];
	struct err err = ERR_INIT;

	for (unsigned i = 0; i < LB_RECOVERY; i++)
		code[i] = (unsigned char)i;
	check_ok(lb_recovery_format(code, text, &err), &err);
	check_str_eq(text, golden, "text");
	memset(code, 0xff, sizeof(code));
	check_ok(lb_recovery_parse(span_str(text), code, &err), &err);
	is_golden(code, "text");
}

Test(recovery, is_read_as_people_write_it)
{
	static const char *const ways[] = {
		"000g-40r4-0m30-e209-185g-r38e-1w81-24gk-wyqb",
		"000G40R40M30E209185GR38E1W8124GKWYQB",
		"  oooG 4OR4 OM3O E2O9 I85G R38E LW8i 24GK\tWYQB\n",
	};
	unsigned char code[LB_RECOVERY];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		check_ok(lb_recovery_parse(span_str(ways[i]), code, &err), &err);
		is_golden(code, ways[i]);
	}
}

Test(recovery, any_other_digit_is_noticed)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char code[LB_RECOVERY];
	char text[sizeof(golden)];
	struct err err = ERR_INIT;
	size_t passed = 0;

	for (size_t at = 0; at + 1 < sizeof(golden); at++) {
		memcpy(text, golden, sizeof(golden));
		for (size_t i = 0; text[at] != '-' && i < 32; i++) {
			if (digits[i] == golden[at])
				continue;
			text[at] = digits[i];
			/* 20 bits of check: one in a million slips through. */
			passed += lb_recovery_parse(span_str(text), code, &err) == ERR_OK;
			text[at] = golden[at];
		}
	}
	check_size_eq(passed, 0, "mistyped codes that passed");
}

Test(recovery, says_what_is_wrong_and_not_the_code)
{
	static const struct {
		const char *text;
		const char *says;
	} table[] = {
		{ "", "0 digits" },
		{ "000G-40R4", "8 digits" },
		{ "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-WYQB-0", "37 digits" },
		{ "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-WYQU", "character 44" },
		{ "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-WYQC", "mistyped" },
		{ "000G_40R4", "character 5" },
	};
	unsigned char code[LB_RECOVERY];
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(code, 7, sizeof(code));
		check_err(lb_recovery_parse(span_str(table[i].text), code, &err),
		          ERR_USAGE, "%s", table[i].text);
		check_str_contains(err.msg, table[i].says, "%s", table[i].text);
		check_null(strstr(err.msg, "000G"), "no part of the code");
		for (size_t n = 0; n < LB_RECOVERY; n++)
			check_int_eq(code[n], 0, "nothing is left of '%s'",
			             table[i].text);
	}
}
