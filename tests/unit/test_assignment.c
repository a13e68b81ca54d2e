// SPDX-License-Identifier: Apache-2.0
#include "scanners/assignment.h"

#include "base/buf.h"
#include "scanners/regex.h"
#include "scanners/rule.h"
#include "scanners/ruleset.h"
#include "support/check.h"

TestSuite(assignment, .timeout = 60);

/* Whatever the expression of a name and its value matches, the quick look lets through.
 */
Test(assignment, is_seen_wherever_its_expression_matches)
{
	static const char text[] = "- {id: own.x, title: X, why: W, remedy: R, "
				   "severity: error, key: tok, value: '[0-9]{3}'}\n";
	static const char *const pieces[] = {
		"tok",   "en",     " ",     "\t",      "\n",
		"\"",    "'",      "]",     ")",       "`",
		"\\",    ":",      "=",     ">",       "-",
		"|",     "?",      "+",     ",",       "(",
		"value", "VALUE",  "123",   "_",       ".",
		"123",   "=",      " = ",   "string",  "Bearer",
		"&",     "<",      "\r\n",  "[",       "name",
		"    ",  "\": \"", "\" \"", "avalue=", "aaaaaaaaaaaaaaa"
	};
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	struct scan_matcher *m = NULL;
	struct scan_ruleset set;
	struct scan_regex *re = NULL;
	struct scan_group groups[3];
	struct buf out = BUF_INIT;
	uint64_t seed = 7;
	size_t matches = 0;
	size_t at;
	struct err err;

	check_ok(scan_ruleset_load(&set, span_of(text, sizeof text - 1), "rules", &err),
	         &err);
	at = scan_rule_find(set.rules, set.count, "own.x");
	check_true(at < set.count && set.rules[at].assigned, "is composed");
	check_ok(scan_regex_new(&re, set.rules[at].pattern, SCAN_REGEX_BYTES, &err),
	         &err);
	check_ok(scan_matcher_new(&m, &err), &err);
	for (int i = 0; i < 60000; i++) {
		buf_clear(&out);
		buf_puts(&out, "tok");
		for (int k = 0; k < 2 + i % 9; k++) {
			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			buf_puts(&out, pieces[(seed >> 33) % PIECES]);
		}
		buf_puts(&out, "123");
		if (scan_regex_find(re, m, buf_span(&out), 0, groups, 3) != SCAN_MATCH)
			continue;
		matches++;
		check_true(scan_assignment_follows(buf_span(&out), groups[1].end), "%s",
		           check_quote(buf_str(&out)));
	}
	check_true(matches > 1000, "%zu matches", matches);
	check_true(!scan_assignment_follows(SPAN_LIT("the tok is; 123"), 7), "prose");
	check_true(!scan_assignment_follows(SPAN_LIT("tok"), 3), "the end");
	scan_matcher_free(m);
	scan_regex_free(re);
	scan_ruleset_fini(&set);
	buf_fini(&out);
}
