// SPDX-License-Identifier: Apache-2.0
#include "suppress.h"

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

bool scan_suppress_next(struct span comment, size_t *at, struct span *rule,
                        size_t *offset)
{
	static const struct span mark = { "seaworthy:allow", 15 };

	for (;;) {
		struct span rest = span_from(comment, *at);
		size_t found = span_find(rest, mark);
		struct span line;

		if (found == rest.len)
			return false;
		*offset = *at + found;
		*at = *offset + mark.len;
		line = span_from(comment, *at);
		line = span_sub(line, 0, span_find_byte(line, '\n'));
		if (line.len == 0 || !is_blank(line.ptr[0]))
			continue;
		*rule = word(&line);
		if (rule->len > 0 && rule->len < SCAN_SUPPRESSION_TEXT_MAX &&
		    has_reason(line))
			return true;
	}
}

bool scan_suppress_covers(const struct scan_suppression *s, const char *rule,
                          uint64_t line)
{
	char glob[SCAN_SUPPRESSION_TEXT_MAX];

	if (line != s->line && line != s->line + 1)
		return false;
	memcpy(glob, s->rule.ptr, s->rule.len);
	glob[s->rule.len] = '\0';
	return str_glob(glob, span_str(rule));
}
