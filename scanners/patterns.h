// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PATTERNS_H
#define SCANNERS_PATTERNS_H

#include "scanners/regex.h"

/* The compiled expressions that confirm what a rule's cheap first look has found. Made
 * once a scan, shared by all threads. */
enum scan_pattern {
	SCAN_PATTERN_LETTER, /* a character that belongs to words */
	SCAN_PATTERN_URL,    /* groups: scheme, user, password, host, port */
	SCAN_PATTERN_EMAIL,  /* group: domain */
	SCAN_PATTERN_IPV4,
	SCAN_PATTERN_IPV6,
	SCAN_PATTERN_LOCALHOST,
	SCAN_PATTERN_EXAMPLE,
	SCAN_PATTERN_PORT, /* groups: host, port */
	SCAN_PATTERN_HOME,
	SCAN_PATTERN_TEST_VALUE,
	SCAN_PATTERN_TEST_WORD,
	SCAN_PATTERN_LOGIN, /* user:password, both known to everybody */
	SCAN_PATTERN_PASSWORD_KEY,
	SCAN_PATTERN_PORT_KEY,
	SCAN_PATTERN_PERSON_KEY, /* what introduces an author's address */
	SCAN_PATTERN_COMPARED,   /* what stands in front of a value to compare with */
	SCAN_PATTERN_LINKED,     /* right in front of a URL for readers */
	SCAN_PATTERN_NAMING,     /* on the line of a URL that is a name */
	SCAN_PATTERN_COUNT,
};

struct scan_patterns {
	struct scan_regex *of[SCAN_PATTERN_COUNT];
};

enum err_code scan_patterns_init(struct scan_patterns *p, struct err *err) ERR_CHECKED;
void scan_patterns_fini(struct scan_patterns *p);

/* Is the character at the start of the text a letter, a digit or a mark on one, in any
 * script? */
bool scan_patterns_letter(const struct scan_patterns *p, struct scan_matcher *m,
                          struct span text);

#endif
