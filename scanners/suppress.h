// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SUPPRESS_H
#define SCANNERS_SUPPRESS_H

#include "base/span.h"

#include <stdint.h>

/*
 * `seaworthy:allow RULE reason` in a comment: findings of the rule (an id or a glob) on
 * the same line or the next are left out. Without a reason it has no effect.
 */
struct scan_suppression {
	struct span rule; /* borrowed from the text */
	uint64_t line;
};

enum { SCAN_SUPPRESSION_TEXT_MAX = 64 };

/* The next directive in a comment at or behind *at; steps *at behind it. `offset` gets
 * where it stands in the comment. False if there is none. */
bool scan_suppress_next(struct span comment, size_t *at, struct span *rule,
                        size_t *offset);
bool scan_suppress_covers(const struct scan_suppression *s, const char *rule,
                          uint64_t line);

#endif
