// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/parse.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool gate_text_begins(struct span text, char c)
{
	size_t i = span_starts(text, SPAN_LIT("\xEF\xBB\xBF")) ? 3 : 0;

	while (i < text.len && is_space(text.ptr[i]))
		i++;
	return i < text.len && text.ptr[i] == c;
}

/* Length of the escape sequence at the start of `s` (s.ptr[0] is ESC). */
static size_t escape_len(struct span s)
{
	size_t i = 2;

	if (s.len < 2 || (s.ptr[1] != '[' && s.ptr[1] != ']'))
		return s.len < 2 ? s.len : 2;
	if (s.ptr[1] == ']') { /* OSC: up to BEL or ESC \, on one line */
		while (i < s.len && s.ptr[i] != '\a' && s.ptr[i] != '\n' &&
		       s.ptr[i] != '\x1b')
			i++;
		return i < s.len && s.ptr[i] == '\a' ? i + 1 : i;
	}
	while (i < s.len && !(s.ptr[i] >= '@' && s.ptr[i] <= '~') && s.ptr[i] != '\n')
		i++;
	return i < s.len && s.ptr[i] != '\n' ? i + 1 : i;
}

void gate_text_plain(struct span text, struct buf *out)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len;) {
		size_t skip = 0;

		if (text.ptr[i] == '\x1b')
			skip = escape_len(span_from(text, i));
		else if (text.ptr[i] == '\r')
			skip = 1;
		if (skip == 0) {
			i++;
			continue;
		}
		buf_put(out, span_sub(text, from, i - from));
		i += skip;
		from = i;
	}
	buf_put(out, span_from(text, from));
}

enum err_code gate_text_lines(struct span text, gate_on_line *on_line, void *context,
                              struct err *err)
{
	struct buf plain = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	gate_text_plain(text, &plain);
	rest = buf_span(&plain);
	while (span_line(&rest, &line))
		on_line(context, line);
	rc = buf_err(&plain, err);
	buf_fini(&plain);
	return rc;
}

struct span gate_text_json(struct span text)
{
	size_t from = 0;
	size_t end = text.len;
	char last;

	while (from < text.len && text.ptr[from] != '{' && text.ptr[from] != '[') {
		struct span rest = span_from(text, from);

		from += span_find_byte(rest, '\n') + 1;
	}
	if (from >= text.len)
		return SPAN_EMPTY;
	last = text.ptr[from] == '{' ? '}' : ']';
	while (end > from && text.ptr[end - 1] != last)
		end--;
	return span_sub(text, from, end - from);
}

uint64_t gate_json_ms_us(const struct json *v)
{
	double ms;

	return json_double(v, &ms) && ms > 0 && ms < 1e12 ? (uint64_t)(ms * 1e3) : 0;
}

gate_parse *gate_parse_of(enum gate_format f)
{
	switch (f) {
	case GATE_FORMAT_JUNIT:
	case GATE_FORMAT_CRITERION:
		return gate_parse_junit;
	case GATE_FORMAT_TAP:
		return gate_parse_tap;
	case GATE_FORMAT_GOTEST:
		return gate_parse_gotest;
	case GATE_FORMAT_CTEST:
		return gate_parse_ctest;
	case GATE_FORMAT_PYTEST:
		return gate_parse_pytest;
	case GATE_FORMAT_LIBTEST:
		return gate_parse_libtest;
	case GATE_FORMAT_JEST:
		return gate_parse_jest;
	case GATE_FORMAT_MOCHA:
		return gate_parse_mocha;
	case GATE_FORMAT_UNITTEST:
		return gate_parse_unittest;
	case GATE_FORMAT_AUTOMAKE:
		return gate_parse_automake;
	case GATE_FORMAT_NODE:
		return gate_parse_node;
	case GATE_FORMAT_EXIT:
	case GATE_FORMAT_REGEX:
		return NULL;
	}
	return NULL;
}
