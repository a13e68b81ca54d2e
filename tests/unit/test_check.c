/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check.h"

TestSuite(check, .timeout = 10);

Test(check, quote_escapes_what_a_report_cannot_show)
{
	check_str_eq(check_quote("a\n\xff"), "\"a\\x0a\\xff\"", "control and high bytes");
	check_str_eq(check_quote(NULL), "(null)", "no text");
}

Test(check, quote_cuts_long_text)
{
	char text[4096];

	memset(text, 0x01, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	check_true(strlen(check_quote(text)) < 1024, "stays inside its buffer");
}

Test(check, same_text_knows_null)
{
	check_true(check_same_text(NULL, NULL), "two absent texts are the same");
	check_true(!check_same_text(NULL, ""), "absent is not empty");
	check_true(check_same_text("a", "a"), "equal texts");
	check_true(!check_same_text("a", "b"), "different texts");
}
