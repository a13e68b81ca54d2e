// SPDX-License-Identifier: Apache-2.0
#include "suppress.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

enum { RULE_TEXT_MAX = 64 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span word(struct span *rest)
{
	struct span all = *rest;
	size_t start = 0;
	size_t end;

	while (start < rest->len && is_blank(rest->ptr[start]))
		start++;
	end = start;
	while (end < rest->len && !is_blank(rest->ptr[end]))
		end++;
	*rest = span_from(all, end);
	return span_sub(all, start, end - start);
}

/* A reason has a letter or a digit: the end of a block comment is none. */
static bool has_reason(struct span rest)
{
	for (size_t i = 0; i < rest.len; i++) {
		unsigned char c = (unsigned char)rest.ptr[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c >= 0x80)
			return true;
	}
	return false;
}

/* The rules that the text means; false for none: prose about the directive. */
static bool find_rules(struct span text, bool on[SCAN_RULE_COUNT])
{
	char glob[RULE_TEXT_MAX];
	bool any = false;

	if (text.len == 0 || text.len >= sizeof(glob))
		return false;
	memcpy(glob, text.ptr, text.len);
	glob[text.len] = '\0';
	for (size_t i = 0; i < SCAN_RULE_COUNT; i++) {
		on[i] = str_glob(glob, span_str(scan_rule_id((enum scan_known)i)));
		any = any || on[i];
	}
	return any;
}

bool scan_suppress_next(struct span comment, size_t *at, struct scan_directive *out)
{
	static const struct span mark = { "seaworthy:allow", 15 };

	for (;;) {
		struct span rest = span_from(comment, *at);
		size_t found = span_find(rest, mark);
		struct span line;
		struct span rule;

		if (found == rest.len)
			return false;
		out->offset = *at + found;
		*at = out->offset + mark.len;
		line = span_from(comment, *at);
		line = span_sub(line, 0, span_find_byte(line, '\n'));
		if (line.len == 0 || !is_blank(line.ptr[0]))
			continue;
		rule = word(&line);
		if (!find_rules(rule, out->on))
			continue;
		out->len = (size_t)(rule.ptr + rule.len - comment.ptr) - out->offset;
		out->has_reason = has_reason(line);
		return true;
	}
}

void scan_allowed_fini(struct scan_allowed *a)
{
	mem_free(a->lines);
	*a = (struct scan_allowed){ .lines = NULL };
}

bool scan_allowed_add(struct scan_allowed *a, const struct scan_directive *d,
                      uint64_t line)
{
	struct scan_suppression *last = a->count > 0 ? &a->lines[a->count - 1] : NULL;

	if (last == NULL || last->line != line) {
		if (!mem_grow(&a->lines, a->count, &a->cap, sizeof(*a->lines)))
			return false;
		last = &a->lines[a->count++];
		*last = (struct scan_suppression){ .line = line };
	}
	for (size_t i = 0; i < SCAN_RULE_COUNT; i++)
		last->on[i] = last->on[i] || d->on[i];
	return true;
}

static bool line_covers(const struct scan_allowed *a, enum scan_known rule, uint64_t line)
{
	size_t low = 0;
	size_t high = a->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->lines[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->count && a->lines[low].line == line && a->lines[low].on[rule];
}

bool scan_allowed_covers(const struct scan_allowed *a, enum scan_known rule, uint64_t line)
{
	return line_covers(a, rule, line) || line_covers(a, rule, line - 1);
}
