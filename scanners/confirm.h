// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_CONFIRM_H
#define SCANNERS_CONFIRM_H

#include "scanners/regex.h"
#include "scanners/rule.h"
#include "scanners/secret_check.h"

/*
 * The last look at what a rule's pattern has matched: entropy, stop words, allowed texts
 * and checksums, cheapest first. Both engines end here, so what it says does not depend
 * on how a candidate was found. No state; any thread with a matcher of its own.
 */

/* Expressions of a rule, compiled; in the order of its fields. */
struct scan_compiled {
	struct scan_regex *pattern; /* NULL if it has none */
	struct scan_regex **allow;
	struct scan_regex **allow_line;
};

struct scan_candidate {
	const struct scan_rule *rule;
	const struct scan_compiled *compiled;
	struct span text;        /* of the file, or of what was decoded out of it */
	struct span path;        /* of the file, from the project's root */
	struct scan_group match; /* all of it: offsets into the text */
	struct scan_group value; /* the rule's group, which is what a finding shows */
	struct scan_group key;   /* of a rule with a key: the word in front; else empty */
	enum scan_proof proof;   /* out: what a checksum in the value says */
};

enum { SCAN_WHY_MAX = 96 };

/* Does the candidate stand? If not, `why` says what spoke against it ("entropy 2.1 is
 * below 3.5", "stop word example"); the value itself is never in it. A check may move the
 * ends of `value`: to the end of a block that its pattern only sees the start of. */
bool scan_confirm(struct scan_candidate *c, struct scan_matcher *m,
                  char why[SCAN_WHY_MAX]);

#endif
