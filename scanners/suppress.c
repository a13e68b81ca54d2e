// SPDX-License-Identifier: Apache-2.0
#include "suppress.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static struct span word(struct span *rest)
{
	struct span all = *rest;
	size_t start = 0;
	size_t end;

	while (start < rest->len && ascii_is_blank(rest->ptr[start]))
		start++;
	end = start;
	while (end < rest->len && !ascii_is_blank(rest->ptr[end]))
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

/* Does it mean some rule? */
static bool means_rules(const char *glob, const struct scan_selection *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (str_glob(glob, span_str(rules->rules[i].id)))
			return true;
	}
	return false;
}

/* FAMILY.NAME of the bytes of ids, or a glob over them. */
static bool looks_like_rule(const char *text)
{
	size_t dot = strcspn(text, ".");

	return dot > 0 && text[dot] == '.' && text[dot + 1] != '\0' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-.*?{},") ==
	               strlen(text);
}

/* Is it a directive? If not, it is prose about one. */
static bool find_rules(struct span text, const struct scan_selection *rules,
                       struct scan_directive *out)
{
	if (text.len == 0 || text.len >= SCAN_ALLOW_RULE_MAX)
		return false;
	memcpy(out->rule, text.ptr, text.len);
	out->rule[text.len] = '\0';
	out->known = means_rules(out->rule, rules);
	return out->known || looks_like_rule(out->rule);
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
		if (line.len == 0 || !ascii_is_blank(line.ptr[0]))
			continue;
		rule = word(&line);
		if (!find_rules(rule, rules, out))
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
	mem_free(a->items);
	*a = (struct scan_allowed){ .lines = NULL };
}

void scan_allowed_clear(struct scan_allowed *a)
{
	a->count = 0;
	a->words = 0;
	a->item_count = 0;
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

	if (!mem_grow(&a->items, a->item_count, &a->item_cap, sizeof(*a->items)))
		return false;
	a->items[a->item_count++] = (struct scan_allow){ *d, line, false };
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

/* The first directive on this line or behind it. */
static size_t first_on(const struct scan_allowed *a, uint64_t line)
{
	size_t low = 0;
	size_t high = a->item_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->items[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void scan_allowed_use(struct scan_allowed *a, const char *rule, uint64_t line)
{
	for (size_t i = first_on(a, line - 1);
	     i < a->item_count && a->items[i].line <= line; i++)
		if (str_glob(a->items[i].directive.rule, span_str(rule)))
			a->items[i].used = true;
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
