// SPDX-License-Identifier: Apache-2.0
#include "hardcoded_place.h"

#include "base/ascii.h"
#include "base/str.h"
#include "patterns.h"

#include <string.h>

static bool matches(struct scan_pass *p, enum scan_pattern pattern, struct span text)
{
	return text.len > 0 && scan_regex_find(p->patterns->of[pattern], p->matcher, text,
	                                       0, NULL, 0) == SCAN_MATCH;
}

static struct span without_spaces(struct span s)
{
	while (s.len > 0 && strchr(" \t", s.ptr[0]) != NULL)
		s = span_from(s, 1);
	while (s.len > 0 && strchr(" \t", s.ptr[s.len - 1]) != NULL)
		s.len--;
	return s;
}

bool scan_place_compares(struct scan_pass *p, const struct scan_place *at)
{
	struct span after = without_spaces(at->after);

	return span_starts(after, SPAN_LIT("==")) || span_starts(after, SPAN_LIT("!=")) ||
	       span_starts(after, SPAN_LIT(".equals")) ||
	       matches(p, SCAN_PATTERN_COMPARED, at->before);
}

/* x["name"] */
static bool is_subscript(struct span before, struct span after)
{
	return before.len > 1 && after.len > 0 && after.ptr[0] == ']' &&
	       before.ptr[before.len - 1] == '[' &&
	       (ascii_is_word(before.ptr[before.len - 2]) ||
	        strchr(")]}", before.ptr[before.len - 2]) != NULL);
}

bool scan_place_is_key(const struct scan_place *at)
{
	struct span before = without_spaces(at->before);
	struct span after = without_spaces(at->after);

	if (at->head.len > 0 || at->tail.len > 0)
		return false;
	if (span_starts(after, SPAN_LIT("=>")) || is_subscript(before, after))
		return true;
	/* { "name": value, "name": value } */
	return after.len > 0 && after.ptr[0] == ':' &&
	       (before.len == 0 || strchr("{,", before.ptr[before.len - 1]) != NULL);
}

bool scan_place_links(struct scan_pass *p, const struct scan_place *at)
{
	return matches(p, SCAN_PATTERN_LINKED, at->head) ||
	       (at->head.len == 0 && matches(p, SCAN_PATTERN_LINKED, at->before)) ||
	       matches(p, SCAN_PATTERN_NAMING, at->before) ||
	       matches(p, SCAN_PATTERN_NAMING, at->head);
}

static bool is_number(struct span s)
{
	size_t digits = 0;
	size_t dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		digits += s.ptr[i] >= '0' && s.ptr[i] <= '9';
		dots += s.ptr[i] == '.';
	}
	return digits > 0 && dots <= 1 && digits + dots == s.len;
}

static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

bool scan_place_is_numbers(const struct scan_place *at)
{
	struct span head = at->head;
	struct span tail = at->tail;
	size_t n = 0;

	/* One sign may stand between two of them. */
	if (head.len > 0)
		head.len--;
	while (n < head.len && is_of_number(head.ptr[head.len - n - 1]))
		n++;
	if (is_number(span_from(head, head.len - n)))
		return true;
	tail = span_from(tail, tail.len > 0 ? 1 : 0);
	n = 0;
	while (n < tail.len && is_of_number(tail.ptr[n]))
		n++;
	/* "10.1.2.3:80" has a port, "10.1.2.0/24" is judged elsewhere. */
	return n > 0 && strchr(" ,-", at->tail.ptr[0]) != NULL &&
	       is_number(span_sub(tail, 0, n));
}

bool scan_place_is_blank(const struct scan_place *at)
{
	return span_ends(at->head, SPAN_LIT("<")) && span_starts(at->tail, SPAN_LIT(">"));
}

bool scan_place_is_shown(const struct scan_place *at)
{
	static const char *const tags[] = { "<code>", "<kbd>", "<tt>",    "<var>",
		                            "<em>",   "<b>",   "<strong>" };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (span_ends(at->head, span_str(tags[i])))
			return true;
	}
	return false;
}

static bool same_word(struct span a, struct span b)
{
	for (size_t i = 0; i < b.len; i++) {
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	}
	return true;
}

/* flag(&fake, "fake") */
static bool is_own_flag(struct span before, struct span value)
{
	if (before.len == 0 || before.ptr[before.len - 1] != ',')
		return false;
	before.len--;
	before = without_spaces(before);
	return before.len > value.len &&
	       span_eq(span_from(before, before.len - value.len), value) &&
	       !ascii_is_word(before.ptr[before.len - value.len - 1]);
}

/* dummyVfs.name = "dummy", new DummyCharset("Dummy") */
static bool is_part_of_name(struct span before, struct span value)
{
	for (size_t at = 0; at + value.len < before.len; at++) {
		char behind = before.ptr[at + value.len];

		if (behind >= 'A' && behind <= 'Z' &&
		    (at == 0 || !ascii_is_word(before.ptr[at - 1])) &&
		    same_word(span_sub(before, at, value.len), value))
			return true;
	}
	return false;
}

/* KindFake, KIND_FAKE */
static bool is_end_of_name(struct span before, struct span value)
{
	for (size_t at = 1; at + value.len <= before.len; at++) {
		char front = before.ptr[at - 1];
		bool part =
			front == '_' || (front >= 'a' && front <= 'z' &&
		                         before.ptr[at] >= 'A' && before.ptr[at] <= 'Z');

		if (part &&
		    (at + value.len == before.len ||
		     !ascii_is_word(before.ptr[at + value.len])) &&
		    same_word(span_sub(before, at, value.len), value))
			return true;
	}
	return false;
}

/* "case KindFake:" on the line above. */
static struct span case_above(const struct scan_pass *p, struct span before)
{
	enum { NEAR = 120 };
	struct span above;
	size_t line;

	if (before.ptr == NULL || !span_eq_str(span_trim(before), "return"))
		return SPAN_EMPTY;
	above = span_sub(p->source->text, 0, (size_t)(before.ptr - p->source->text.ptr));
	above = span_from(above, above.len > NEAR ? above.len - NEAR : 0);
	above = span_sub(above, 0, span_rfind_byte(above, '\n'));
	line = span_rfind_byte(above, '\n');
	above = span_trim(span_from(above, line < above.len ? line + 1 : 0));
	return span_starts(above, SPAN_LIT("case ")) ? above : SPAN_EMPTY;
}

bool scan_place_repeats(const struct scan_pass *p, const struct scan_place *at,
                        struct span value)
{
	struct span before = without_spaces(at->before);

	return at->head.len == 0 && at->tail.len == 0 && value.len > 0 &&
	       (is_own_flag(before, value) || is_part_of_name(before, value) ||
	        is_end_of_name(before, value) ||
	        is_end_of_name(case_above(p, at->before), value));
}
