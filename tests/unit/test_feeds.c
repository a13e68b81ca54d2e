// SPDX-License-Identifier: Apache-2.0
#include "scanners/feeds.h"
#include "support/check.h"

#include <string.h>

TestSuite(feeds, .timeout = 10);

Test(feeds, are_counted_wherever_they_stand)
{
	char text[64];

	for (size_t len = 0; len <= sizeof(text); len++)
		for (size_t from = 0; from < len; from++) {
			memset(text, 'x', sizeof(text));
			for (size_t i = from; i < len; i += 3)
				text[i] = '\n';
			check_size_eq(scan_count_feeds(span_of(text, len)),
			              (len - from + 2) / 3, "%zu of %zu", from, len);
		}
	check_size_eq(scan_count_feeds(SPAN_EMPTY), 0, "nothing");
}

/* More in one place of a lane than a byte can count. */
Test(feeds, of_a_long_text_are_all_counted)
{
	static char text[16 * 700 + 5];

	memset(text, '\n', sizeof(text));
	check_size_eq(scan_count_feeds(span_of(text, sizeof(text))), sizeof(text),
	              "all of them");
}
