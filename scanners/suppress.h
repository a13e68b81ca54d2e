// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SUPPRESS_H
#define SCANNERS_SUPPRESS_H

#include "scanners/rule.h"

/*
 * `seaworthy:allow RULE reason` in a comment: findings of the rule (an id or a glob) on
 * the same line or the next are left out, and counted. Without a reason it has no effect
 * and is a finding itself.
 */
enum { SCAN_ALLOW_RULE_MAX = 64 };

struct scan_directive {
	size_t offset; /* in the comment */
	size_t len;    /* up to the end of RULE */
	bool has_reason;
	bool known;                     /* it means some rule */
	char rule[SCAN_ALLOW_RULE_MAX]; /* an id or a glob */
};

/* The next directive in a comment at or behind *at that means some rule, or looks as if
 * it should: all else is prose about directives. Steps *at behind it. False if there is
 * none. */
bool scan_suppress_next(struct span comment, size_t *at,
                        const struct scan_selection *rules, struct scan_directive *out);

/* What is allowed in one file: lines in ascending order, each with its rules. */
struct scan_suppression {
	uint64_t line;
	size_t bits; /* index of its first word of bits: one bit a rule */
};

/* A directive that counts, by where it stands in the file. */
struct scan_allow {
	struct scan_directive directive;
	uint64_t line;
	bool used; /* something was left out for it */
};

struct scan_allowed {
	struct scan_suppression *lines; /* owned, reused from file to file */
	size_t count;
	size_t cap;
	uint64_t *bits; /* owned too */
	size_t words;
	size_t word_cap;
	struct scan_allow *items; /* owned; lines in ascending order */
	size_t item_count;
	size_t item_cap;
	size_t directives;
};

/* Directives of one file that count; those behind it have no effect. */
enum { SCAN_DIRECTIVES_MAX = 10000 };

void scan_allowed_fini(struct scan_allowed *a);
/* Keeps the memory for the next file. */
void scan_allowed_clear(struct scan_allowed *a);
/* Lines come in ascending order. False without memory. */
bool scan_allowed_add(struct scan_allowed *a, const struct scan_directive *d,
                      const struct scan_selection *rules, uint64_t line);
/* Notes for which directives a finding of this rule on this line was left out. */
void scan_allowed_use(struct scan_allowed *a, const char *rule, uint64_t line);
/* Is the rule of this index allowed on the line? */
bool scan_allowed_covers(const struct scan_allowed *a, size_t rule, uint64_t line);
/* One bit a rule, in so many words, for all that is allowed on the line; false if nothing
 * is. */
bool scan_allowed_bits(const struct scan_allowed *a, uint64_t line, size_t words,
                       uint64_t *out);

#endif
