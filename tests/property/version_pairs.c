// SPDX-License-Identifier: Apache-2.0
/* Reads "ORDER A B", tabs between, a line each, and answers -1, 0 or 1, or ! where one of
 * both versions is malformed: for versions.py, which asks the reference tools the same.
 */
#include "scanners/version/version.h"

#include <stdio.h>

static const char *const names[SCAN_ORDERS] = {
	"none", "semver", "pep440", "maven", "debian", "gem", "nuget", "packagist",
};

static bool order_of(struct span name, enum scan_order *out)
{
	for (int i = 0; i < SCAN_ORDERS; i++)
		if (span_eq_str(name, names[i])) {
			*out = (enum scan_order)i;
			return true;
		}
	return false;
}

static const char *answer(enum scan_order order, struct span a, struct span b)
{
	struct buf x = BUF_INIT;
	struct buf y = BUF_INIT;
	const char *text = "!";

	if (scan_version_key(order, a, &x) && scan_version_key(order, b, &y)) {
		int sign = scan_version_compare(order, buf_span(&x), buf_span(&y));

		text = sign < 0 ? "-1" : sign > 0 ? "1" : "0";
	}
	buf_fini(&x);
	buf_fini(&y);
	return text;
}

int main(void)
{
	char line[2048];

	while (fgets(line, sizeof line, stdin)) {
		struct span rest = span_str(line);
		enum scan_order order;
		struct span text;
		struct span name;
		size_t tab;

		if (!span_line(&rest, &text) || !span_split(&text, '\t', &name) ||
		    !order_of(name, &order))
			return 2;
		tab = span_find_byte(text, '\t');
		puts(answer(order, span_sub(text, 0, tab), span_from(text, tab + 1)));
	}
	return 0;
}
