// SPDX-License-Identifier: Apache-2.0
#include "confirm.h"

#include "base/str.h"
#include "secret_value.h"

#include <stdio.h>
#include <string.h>

/* The line around the match, and which of its ends are there: a line may be as long as
 * the file, and hold as many matches. */
static struct span line_of(struct span text, struct scan_group g, unsigned *ends)
{
	enum { NEAR = 4096 };
	size_t from = g.start;
	size_t to = g.end;

	while (from > 0 && g.start - from < NEAR && text.ptr[from - 1] != '\n')
		from--;
	while (to < text.len && to - g.end < NEAR && text.ptr[to] != '\n')
		to++;
	*ends = 0;
	if (from == 0 || text.ptr[from - 1] == '\n')
		*ends |= SCAN_ENDS_BEGIN;
	if (to == text.len || text.ptr[to] == '\n') {
		*ends |= SCAN_ENDS_END;
		to -= to > g.end && text.ptr[to - 1] == '\r';
	}
	return span_sub(text, from, to - from);
}

static bool is_allowed(struct scan_regex *const *list, size_t count,
                       struct scan_matcher *m, struct span text, unsigned ends)
{
	for (size_t i = 0; i < count; i++) {
		if (scan_regex_fits(list[i], m, text, ends))
			return true;
	}
	return false;
}

static bool drop(char why[SCAN_WHY_MAX], const char *reason)
{
	(void)snprintf(why, SCAN_WHY_MAX, "%s", reason);
	return false;
}

/* What code says of the match; it may move its ends. */
static const char *checked(struct scan_candidate *c)
{
	struct scan_hit hit = { .text = c->text,
		                .path = c->path,
		                .start = c->value.start,
		                .end = c->value.end,
		                .key = c->key.start,
		                .key_end = c->key.end };
	const char *why = NULL;

	if (str_starts(c->rule->id, "secret."))
		why = scan_secret_check(&hit, hit.key == hit.key_end);
	if (why == NULL && c->rule->check != NULL)
		why = scan_check_named(c->rule->check)(&hit);
	c->value = (struct scan_group){ hit.start, hit.end };
	c->proof = hit.proof;
	return why;
}

static bool has_stopword(const struct scan_rule *r, struct span value,
                         char why[SCAN_WHY_MAX])
{
	for (size_t i = 0; i < r->stopwords.count; i++) {
		if (span_find_caseless(value, span_str(r->stopwords.items[i])) ==
		    value.len)
			continue;
		(void)snprintf(why, SCAN_WHY_MAX, "stop word %.60s",
		               r->stopwords.items[i]);
		return true;
	}
	return false;
}

bool scan_confirm(struct scan_candidate *c, struct scan_matcher *m,
                  char why[SCAN_WHY_MAX])
{
	const struct scan_rule *r = c->rule;
	struct span value =
		span_sub(c->text, c->value.start, c->value.end - c->value.start);
	const char *reason;
	struct span line;
	unsigned ends;

	if (r->entropy > 0 && scan_entropy(value) < r->entropy) {
		(void)snprintf(why, SCAN_WHY_MAX, "entropy %.1f is below %.1f",
		               scan_entropy(value), r->entropy);
		return false;
	}
	if (has_stopword(r, value, why))
		return false;
	if (is_allowed(c->compiled->allow, r->allow.count, m, value, SCAN_ENDS_BOTH))
		return drop(why, "the rule allows this value");
	if (r->allow_line.count > 0) {
		line = line_of(c->text, c->match, &ends);
		if (is_allowed(c->compiled->allow_line, r->allow_line.count, m, line,
		               ends))
			return drop(why, "the rule allows this line");
	}
	reason = checked(c);
	return reason == NULL || drop(why, reason);
}
