// SPDX-License-Identifier: Apache-2.0
#include "assignment.h"

#include "base/ascii.h"

/* The parts are those of form_rest and form_given (rule_compose.c); each bound is that of
 * all repetitions there that may take the same bytes. */
enum {
	REST_MAX =
		40 + 8 + 40 + 20 + 5, /* of the name, spaces, a word that ends in value */
	CLOSE_MAX = 4,
	SPACES_MAX = 40,
	VALUE_MAX = 20 + 5,
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_rest(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ' ' ||
	       c == '\t' || c == '-';
}

static bool is_close(char c)
{
	return c == ']' || c == '\\' || c == '"' || c == '\'' || c == '`' || c == ')';
}

/* What an operator begins with; the first half of an arrow may be taken for the name's.
 */
static bool is_given(char c)
{
	return c == '=' || c == ':' || c == ',' || c == '>' || c == '(' || c == '?' ||
	       c == '+' || c == '|' || c == '-';
}

static size_t skip(struct span text, size_t at, size_t max, bool (*is)(char c))
{
	size_t end = at;

	while (end < text.len && end - at < max && is(text.ptr[end]))
		end++;
	return end;
}

/* key="name" value="..": the value's own name follows. */
static bool names_value(struct span text, size_t at)
{
	size_t end = skip(text, at, VALUE_MAX, is_letter);

	return end - at >= 5 &&
	       span_find_caseless(span_sub(text, end - 5, 5), SPAN_LIT("value")) == 0;
}

bool scan_assignment_follows(struct span text, size_t end)
{
	size_t rest = skip(text, end, REST_MAX, is_rest);
	size_t close = skip(text, rest, CLOSE_MAX, is_close);
	size_t given = skip(text, close, SPACES_MAX, ascii_is_space);

	if (given == text.len)
		return false;
	return is_given(text.ptr[given]) || is_close(text.ptr[given]) ||
	       names_value(text, given);
}
