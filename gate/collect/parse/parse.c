// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/parse.h"

#include "base/num.h"
#include "base/str.h"

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

	if (s.len < 2 || s.ptr[1] == '\n') /* none goes on behind the line's end */
		return 1;
	if (s.ptr[1] != '[' && s.ptr[1] != ']')
		return 2;
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

/* Where the first line begins with a bracket, or the text's length. */
static size_t json_start(struct span text)
{
	size_t from = 0;

	while (from < text.len && text.ptr[from] != '{' && text.ptr[from] != '[')
		from += span_find_byte(span_from(text, from), '\n') + 1;
	return from < text.len ? from : text.len;
}

struct span gate_text_json(struct span text)
{
	size_t from = json_start(text);
	size_t end = text.len;
	char last;

	if (from == text.len)
		return SPAN_EMPTY;
	last = text.ptr[from] == '{' ? '}' : ']';
	while (end > from && text.ptr[end - 1] != last)
		end--;
	return span_sub(text, from, end - from);
}

enum err_code gate_json_report(struct json_doc **out, struct span text, const char *name,
                               const char *key, struct err *err)
{
	enum err_code rc;

	*out = NULL;
	rc = json_parse(out, gate_text_json(text), name, err);
	if (rc == ERR_CORRUPT &&
	    json_parse_cut(out, span_from(text, json_start(text)), name, NULL) != ERR_OK)
		*out = NULL;
	if (rc == ERR_OK && json_get(json_root(*out), key) == NULL)
		rc = err_set(err, ERR_CORRUPT,
		             "%s: no \"%s\" in it, so not such a report", name, key);
	return rc;
}

enum gate_case_state gate_status_strange(struct gate_cases *c, const char *word)
{
	struct buf shown = BUF_INIT;

	str_display_cut(&shown, span_str(word), 40);
	if (word == NULL)
		gate_cases_disagree(c, "a test has no status");
	else
		gate_cases_disagree(c, "a test has the status '%s', which is not known",
		                    buf_str(&shown));
	buf_fini(&shown);
	return GATE_CASE_SKIPPED;
}

uint64_t gate_json_ms_us(const struct json *v)
{
	double ms;

	return json_double(v, &ms) && ms > 0 && ms < 1e12 ? (uint64_t)(ms * 1e3) : 0;
}

uint64_t gate_json_seconds_us(const struct json *v)
{
	double seconds;

	return json_double(v, &seconds) && seconds > 0 && seconds < 1e9
	               ? (uint64_t)(seconds * 1e6)
	               : 0;
}

uint64_t gate_text_seconds_us(struct span text)
{
	double seconds;

	return num_double(span_trim(text), &seconds) && seconds > 0 && seconds < 1e9
	               ? (uint64_t)(seconds * 1e6)
	               : 0;
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
	case GATE_FORMAT_PLAYWRIGHT:
		return gate_parse_playwright;
	case GATE_FORMAT_RSPEC:
		return gate_parse_rspec;
	case GATE_FORMAT_TRX:
		return gate_parse_trx;
	case GATE_FORMAT_XUNIT:
		return gate_parse_xunit;
	case GATE_FORMAT_EXIT:
	case GATE_FORMAT_REGEX:
	case GATE_FORMAT_PLUGIN:
		return NULL;
	}
	return NULL;
}
