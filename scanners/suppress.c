// SPDX-License-Identifier: Apache-2.0
#include "suppress.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

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

/* Does the text mean some rule? If not, it is prose about the directive. */
static bool find_rules(struct span text, const struct scan_selection *rules,
                       char glob[SCAN_ALLOW_RULE_MAX])
{
	if (text.len == 0 || text.len >= SCAN_ALLOW_RULE_MAX)
		return false;
	memcpy(glob, text.ptr, text.len);
	glob[text.len] = '\0';
	for (size_t i = 0; i < rules->count; i++) {
		if (str_glob(glob, span_str(rules->rules[i].id)))
			return true;
	}
	return false;
}

bool scan_suppress_next(struct span comment, size_t *at,
                        const struct scan_selection *rules, struct scan_directive *out)
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
		if (!find_rules(rule, rules, out->rule))
			continue;
		out->len = (size_t)(rule.ptr + rule.len - comment.ptr) - out->offset;
		out->has_reason = has_reason(line);
		return true;
	}
}

void scan_allowed_fini(struct scan_allowed *a)
{
	mem_free(a->lines);
	mem_free(a->bits);
	*a = (struct scan_allowed){ .lines = NULL };
}

void scan_allowed_clear(struct scan_allowed *a)
{
	a->count = 0;
	a->words = 0;
	a->directives = 0;
}

/* A line without any rule yet. */
static bool add_line(struct scan_allowed *a, size_t rules, uint64_t line)
{
	size_t first = a->words;

	for (size_t i = 0; i < rules; i += 64) {
		if (!mem_grow(&a->bits, a->words, &a->word_cap, sizeof(*a->bits)))
			return false;
		a->bits[a->words++] = 0;
	}
	if (!mem_grow(&a->lines, a->count, &a->cap, sizeof(*a->lines)))
		return false;
	a->lines[a->count++] = (struct scan_suppression){ line, first };
	return true;
}

bool scan_allowed_add(struct scan_allowed *a, const struct scan_directive *d,
                      const struct scan_selection *rules, uint64_t line)
{
	uint64_t *bits;
	size_t one;

	if ((a->count == 0 || a->lines[a->count - 1].line != line) &&
	    !add_line(a, rules->count, line))
		return false;
	bits = &a->bits[a->lines[a->count - 1].bits];
	one = scan_rule_find(rules->rules, rules->count, d->rule);
	if (one < rules->count) {
		bits[one / 64] |= UINT64_C(1) << (one % 64);
		return true;
	}
	for (size_t i = 0; i < rules->count; i++) {
		if (str_glob(d->rule, span_str(rules->rules[i].id)))
			bits[i / 64] |= UINT64_C(1) << (i % 64);
	}
	return true;
}

/* Index of the line; a->count if nothing is allowed on it. */
static size_t find_line(const struct scan_allowed *a, uint64_t line)
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
	return low < a->count && a->lines[low].line == line ? low : a->count;
}

static bool line_covers(const struct scan_allowed *a, size_t rule, uint64_t line)
{
	size_t at = find_line(a, line);

	return at < a->count &&
	       (a->bits[a->lines[at].bits + rule / 64] >> (rule % 64) & 1) != 0;
}

bool scan_allowed_covers(const struct scan_allowed *a, size_t rule, uint64_t line)
{
	return line_covers(a, rule, line) || line_covers(a, rule, line - 1);
}

bool scan_allowed_bits(const struct scan_allowed *a, uint64_t line, size_t words,
                       uint64_t *out)
{
	bool any = false;

	for (size_t i = 0; i < words; i++)
		out[i] = 0;
	for (uint64_t l = line - 1; l <= line; l++) {
		size_t at = find_line(a, l);

		for (size_t i = 0; at < a->count && i < words; i++)
			out[i] |= a->bits[a->lines[at].bits + i];
		any = any || at < a->count;
	}
	return any;
}
