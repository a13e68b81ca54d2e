/* SPDX-License-Identifier: Apache-2.0 */
#include "base/version.h"
#include "support/check.h"

TestSuite(version, .timeout = 10);

Test(version, has_three_numbers)
{
	const char *text = version_string();
	size_t digits = strspn(text, "0123456789.");
	size_t dots = 0;

	for (const char *p = text; *p != '\0'; p++)
		dots += *p == '.';
	check_size_eq(digits, strlen(text), "a version is digits and dots");
	check_size_eq(dots, 2, "a version has three parts");
}
