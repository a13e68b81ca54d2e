// SPDX-License-Identifier: Apache-2.0
#include "base/span.h"

#include <string.h>

struct span span_str(const char *s)
{
	return s == NULL ? SPAN_EMPTY : span_of(s, strlen(s));
}

bool span_eq_str(struct span a, const char *b)
{
	size_t i = 0;

	while (i < a.len && a.ptr[i] == b[i] && b[i] != '\0')
		i++;
	return i == a.len && b[i] == '\0';
}

int span_cmp(struct span a, struct span b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

size_t span_find(struct span s, struct span needle)
{
	size_t at = 0;

	if (needle.len == 0)
		return 0;
	while (at < s.len && needle.len <= s.len - at) {
		struct span rest = span_from(s, at);
		size_t hit = span_find_byte(rest, needle.ptr[0]);

		if (hit == rest.len)
			return s.len;
		if (span_starts(span_from(rest, hit), needle))
			return at + hit;
		at += hit + 1;
	}
	return s.len;
}

size_t span_find_byte(struct span s, char c)
{
	const char *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

size_t span_rfind_byte(struct span s, char c)
{
	for (size_t i = s.len; i > 0; i--)
		if (s.ptr[i - 1] == c)
			return i - 1;
	return s.len;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.len > 0 && is_space(s.ptr[0]))
		s = span_from(s, 1);
	while (s.len > 0 && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool span_split(struct span *rest, char sep, struct span *piece)
{
	size_t end;

	if (rest->len == 0)
		return false;
	end = span_find_byte(*rest, sep);
	*piece = span_sub(*rest, 0, end);
	*rest = end == rest->len ? SPAN_EMPTY : span_from(*rest, end + 1);
	return true;
}

bool span_line(struct span *rest, struct span *line)
{
	if (!span_split(rest, '\n', line))
		return false;
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}
