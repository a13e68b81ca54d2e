// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_REGEX_H
#define SCANNERS_REGEX_H

#include "base/err.h"
#include "base/span.h"

/*
 * Regular expressions on bytes that may be any text: PCRE2 with its JIT. A compiled
 * expression is read-only and shared; each thread has a matcher of its own. Limits on
 * steps and memory bound the time of one match; reaching one is an answer of its own,
 * never "no match".
 */
struct scan_regex;
struct scan_matcher;

enum scan_match { SCAN_NO_MATCH, SCAN_MATCH, SCAN_MATCH_LIMIT };

enum {
	SCAN_REGEX_CASELESS = 1,
	SCAN_REGEX_BYTES = 2, /* of a rule: "." is a byte, letters are ASCII */
	/* Matches are looked for where they may start, a few bytes at a time: PCRE2 does
	 * not first search what follows for a byte that every match has. */
	SCAN_REGEX_NEAR = 4,
};
enum { SCAN_GROUPS_MAX = 8 };

enum err_code scan_regex_new(struct scan_regex **out, const char *pattern, unsigned flags,
                             struct err *err) ERR_CHECKED;
void scan_regex_free(struct scan_regex *re);
/* Number of the group of that name ("(?<name>..)"), 0 if there is none. */
size_t scan_regex_group(const struct scan_regex *re, const char *name);

enum err_code scan_matcher_new(struct scan_matcher **out, struct err *err) ERR_CHECKED;
void scan_matcher_free(struct scan_matcher *m);

/*
 * The first match at or behind `from`. Fills `groups` (0 = all of it) with offsets; a
 * group that took no part is empty at offset 0. At most SCAN_GROUPS_MAX groups.
 */
struct scan_group {
	size_t start;
	size_t end;
};
enum scan_match scan_regex_find(const struct scan_regex *re, struct scan_matcher *m,
                                struct span text, size_t from, struct scan_group *groups,
                                size_t group_count);
/* Does it match anywhere in a part of a text that has its beginning, its end, or both?
 * At an end that is cut off neither "^" nor "$" matches. */
enum { SCAN_ENDS_BEGIN = 1, SCAN_ENDS_END = 2, SCAN_ENDS_BOTH = 3 };
bool scan_regex_fits(const struct scan_regex *re, struct scan_matcher *m,
                     struct span text, unsigned ends);
/* The same as scan_regex_find for one of SCAN_REGEX_BYTES, of matches that start at
 * `last` or before. */
enum scan_match scan_regex_find_until(const struct scan_regex *re, struct scan_matcher *m,
                                      struct span text, size_t from, size_t last,
                                      struct scan_group *groups, size_t group_count);

#endif
