// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "support/check.h"

#include <ctype.h>

TestSuite(ascii, .timeout = 10);

/* Tests run in the C locale, where ctype knows nothing but ASCII. */
Test(ascii, classes_are_those_of_the_c_locale)
{
	for (int i = 0; i < 256; i++) {
		char c = (char)i;

		check_int_eq(ascii_is_digit(c), isdigit(i) != 0, "digit %d", i);
		check_int_eq(ascii_is_lower(c), islower(i) != 0, "lower %d", i);
		check_int_eq(ascii_is_upper(c), isupper(i) != 0, "upper %d", i);
		check_int_eq(ascii_is_letter(c), isalpha(i) != 0, "letter %d", i);
		check_int_eq(ascii_is_alnum(c), isalnum(i) != 0, "alnum %d", i);
		check_int_eq(ascii_is_word(c), isalnum(i) != 0 || i == '_', "word %d", i);
		check_int_eq(ascii_is_blank(c), isblank(i) != 0, "blank %d", i);
		check_int_eq(ascii_is_space(c), isspace(i) != 0, "space %d", i);
		check_int_eq(ascii_lower(c), (char)tolower(i), "lower of %d", i);
	}
}
