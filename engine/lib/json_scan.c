// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "lib/json_internal.h"

#include <stdint.h>
#include <string.h>

/* What the grammar allows next. */
enum want {
	WANT_VALUE,
	WANT_VALUE_OR_END, /* just after [ */
	WANT_KEY,
	WANT_KEY_OR_END, /* just after { */
	WANT_COLON,
	WANT_COMMA_OR_END,
	WANT_NOTHING,
};

/* Where the last element of an array ended, and what was open there. */
struct whole {
	size_t len; /* of what is copied; 0 if there was none */
	unsigned depth;
	bool object[JSON_DEPTH_MAX + 1];
};

struct scan {
	struct span text;
	size_t at;
	size_t copied; /* all before it is in `out` */
	enum want want;
	unsigned depth;
	bool object[JSON_DEPTH_MAX + 1]; /* by depth; [0] is the document itself */
	struct buf *out;
	struct json_fault *fault;
	struct whole *whole; /* NULL if nobody asks */
};

static bool refuse(struct scan *s, size_t offset, const char *what)
{
	s->fault->offset = offset;
	s->fault->what = what;
	return false;
}

/* Says what would have been right here. */
static bool unexpected(struct scan *s)
{
	const bool at_end = s->at == s->text.len;
	const bool object = s->object[s->depth];

	switch (s->want) {
	case WANT_VALUE:
		return refuse(s, s->at,
		              at_end ? "the text ends where a value should be"
		                     : "a value should be here");
	case WANT_VALUE_OR_END:
		return refuse(s, s->at, "a value or ']' should be here");
	case WANT_KEY:
		return refuse(s, s->at, "a key in double quotes should be here");
	case WANT_KEY_OR_END:
		return refuse(s, s->at, "a key in double quotes or '}' should be here");
	case WANT_COLON:
		return refuse(s, s->at, "':' should be here");
	case WANT_COMMA_OR_END:
		return refuse(s, s->at,
		              object ? "',' or '}' should be here"
		                     : "',' or ']' should be here");
	case WANT_NOTHING:
		break;
	}
	return refuse(s, s->at, "text after the end of the value");
}

/* A value starts here: may it? What follows it is settled at once. */
static bool begin_value(struct scan *s)
{
	if (s->want != WANT_VALUE && s->want != WANT_VALUE_OR_END)
		return unexpected(s);
	s->want = s->depth > 0 ? WANT_COMMA_OR_END : WANT_NOTHING;
	return true;
}

/* The byte at `i`, or a NUL, which no rule accepts, past the end. */
static unsigned char peek(const struct scan *s, size_t i)
{
	return i < s->text.len ? (unsigned char)s->text.ptr[i] : '\0';
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static void copy_up_to(struct scan *s, size_t end)
{
	if (s->out == NULL)
		return;
	buf_put(s->out, span_sub(s->text, s->copied, end - s->copied));
	s->copied = end;
}

/* Four hexadecimal digits at `i`. */
static bool hex4(const struct scan *s, size_t i, uint32_t *out)
{
	uint32_t value = 0;

	for (size_t end = i + 4; i < end; i++) {
		unsigned char c = peek(s, i);

		value <<= 4;
		if (is_digit(c))
			value |= (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value |= (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value |= (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

/* \uXXXX, or the two of a surrogate pair; `at` stands on the backslash. */
static bool scan_unicode(struct scan *s)
{
	const uint32_t high = 0xd800, low = 0xdc00, past = 0xe000;
	uint32_t first = 0;
	uint32_t second = 0;

	if (!hex4(s, s->at + 2, &first))
		return refuse(s, s->at, "\\u needs four hexadecimal digits");
	if (first == 0)
		return refuse(s, s->at, "\\u0000 is not accepted");
	if (first >= low && first < past)
		return refuse(s, s->at,
		              "second half of a surrogate pair without the first");
	s->at += 6;
	if (first < high || first >= low)
		return true;
	if (peek(s, s->at) != '\\' || peek(s, s->at + 1) != 'u' ||
	    !hex4(s, s->at + 2, &second) || second < low || second >= past)
		return refuse(s, s->at - 6,
		              "first half of a surrogate pair without the second");
	s->at += 6;
	return true;
}

static bool scan_escape(struct scan *s)
{
	const unsigned char c = peek(s, s->at + 1);

	if (c == 'u')
		return scan_unicode(s);
	if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
		return refuse(s, s->at, "unknown escape in a string");
	s->at += 2;
	return true;
}

static bool scan_string(struct scan *s)
{
	const size_t start = s->at++;

	while (s->at < s->text.len) {
		const size_t plain = json_plain(span_from(s->text, s->at));
		const unsigned char c = peek(s, s->at + plain);
		size_t len = 1;

		s->at += plain;
		if (c == '"') {
			s->at++;
			return true;
		}
		if (c == '\\') {
			if (!scan_escape(s))
				return false;
			continue;
		}
		if (c < ' ')
			return refuse(
				s, s->at,
				"control character in a string: write it as \\u00XX");
		if (c >= 0x80)
			len = str_utf8_len(span_from(s->text, s->at));
		if (len == 0)
			return refuse(s, s->at, "bytes that are not UTF-8");
		s->at += len;
	}
	return refuse(s, start, "string without its closing quote");
}

static bool skip_digits(struct scan *s)
{
	const size_t start = s->at;

	while (is_digit(peek(s, s->at)))
		s->at++;
	return s->at > start;
}

/* [-] 0 | [1-9][0-9]*  [. digits] [e|E [+|-] digits] */
static bool number_grammar(struct scan *s)
{
	if (peek(s, s->at) == '-')
		s->at++;
	if (peek(s, s->at) == '0')
		s->at++;
	else if (!skip_digits(s))
		return false;
	if (peek(s, s->at) == '.') {
		s->at++;
		if (!skip_digits(s))
			return false;
	}
	if (peek(s, s->at) == 'e' || peek(s, s->at) == 'E') {
		s->at++;
		if (peek(s, s->at) == '+' || peek(s, s->at) == '-')
			s->at++;
		if (!skip_digits(s))
			return false;
	}
	return true;
}

static bool scan_number(struct scan *s)
{
	const size_t start = s->at;

	if (!begin_value(s))
		return false;
	copy_up_to(s, start);
	if (!number_grammar(s) || is_digit(peek(s, s->at)) || peek(s, s->at) == '.')
		return refuse(s, start, "not a number that JSON knows");
	if (s->out == NULL)
		return true;
	buf_putc(s->out, '"');
	buf_putc(s->out, JSON_NUMBER_MARK);
	copy_up_to(s, s->at);
	buf_putc(s->out, '"');
	return true;
}

static bool scan_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };
	const struct span rest = span_from(s->text, s->at);

	if (!begin_value(s))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_starts(rest, span_str(words[i]))) {
			s->at += strlen(words[i]);
			return true;
		}
	}
	return refuse(s, s->at, "not a JSON value");
}

static bool scan_open(struct scan *s, bool object)
{
	if (!begin_value(s))
		return false;
	if (s->depth == JSON_DEPTH_MAX)
		return refuse(s, s->at, "nested deeper than 200 levels");
	s->object[++s->depth] = object;
	s->want = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	s->at++;
	return true;
}

static bool scan_close(struct scan *s, bool object)
{
	const enum want empty = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;

	if (s->depth == 0 || s->object[s->depth] != object ||
	    (s->want != empty && s->want != WANT_COMMA_OR_END))
		return unexpected(s);
	s->depth--;
	s->want = s->depth > 0 ? WANT_COMMA_OR_END : WANT_NOTHING;
	s->at++;
	return true;
}

static bool scan_separator(struct scan *s, enum want allowed, enum want next)
{
	if (s->want != allowed)
		return unexpected(s);
	s->want = next;
	s->at++;
	return true;
}

static bool scan_key_or_string(struct scan *s)
{
	if (s->want == WANT_KEY || s->want == WANT_KEY_OR_END)
		s->want = WANT_COLON;
	else if (!begin_value(s))
		return false;
	return scan_string(s);
}

static bool scan_token(struct scan *s)
{
	const unsigned char c = peek(s, s->at);

	switch (c) {
	case ' ':
	case '\t':
	case '\n':
	case '\r':
		s->at++;
		return true;
	case '"':
		return scan_key_or_string(s);
	case '[':
	case '{':
		return scan_open(s, c == '{');
	case ']':
	case '}':
		return scan_close(s, c == '}');
	case ':':
		return scan_separator(s, WANT_COLON, WANT_VALUE);
	case ',':
		return scan_separator(s, WANT_COMMA_OR_END,
		                      s->object[s->depth] ? WANT_KEY : WANT_VALUE);
	default:
		return c == '-' || is_digit(c) ? scan_number(s) : scan_word(s);
	}
}

static void note_whole(struct scan *s)
{
	if (s->depth == 0 || s->object[s->depth] || s->want != WANT_COMMA_OR_END)
		return;
	copy_up_to(s, s->at);
	s->whole->len = s->out->len;
	s->whole->depth = s->depth;
	memcpy(s->whole->object, s->object, sizeof(s->object));
}

bool json_scan_cut(struct span text, struct buf *out)
{
	struct json_fault fault;
	struct whole whole = { .len = 0 };
	struct scan s = { .text = text, .out = out, .fault = &fault, .whole = &whole };

	while (s.at < text.len && scan_token(&s))
		note_whole(&s);
	if (whole.len == 0 || !buf_ok(out))
		return false;
	buf_truncate(out, whole.len);
	for (unsigned d = whole.depth; d > 0; d--)
		buf_putc(out, whole.object[d] ? '}' : ']');
	return buf_ok(out);
}

/* The wanted member whose key this is, or NULL. */
static struct json_want *wanted(struct span raw, struct json_want *wants, size_t count)
{
	struct span key = span_sub(raw, 1, raw.len - 2);
	struct buf plain = BUF_INIT;
	struct json_want *found = NULL;

	if (span_find_byte(key, '\\') < key.len) {
		json_unescape(raw, &plain);
		key = buf_span(&plain);
	}
	for (size_t i = 0; i < count && found == NULL; i++)
		if (span_eq_str(key, wants[i].key))
			found = &wants[i];
	buf_fini(&plain);
	return found;
}

/* A token of the outermost object: the key before a value, or the value's first. */
static bool pick_token(struct scan *s, struct json_want *wants, size_t count,
                       struct json_want **member)
{
	const bool key = s->want == WANT_KEY || s->want == WANT_KEY_OR_END;
	const bool value = s->want == WANT_VALUE;
	const size_t start = s->at;
	const unsigned char c = peek(s, start);

	if (!scan_token(s))
		return false;
	if (key && c == '"') {
		*member = wanted(span_sub(s->text, start, s->at - start), wants, count);
		if (*member != NULL && (*member)->raw.len > 0)
			return refuse(s, start, "a key of this object a second time");
	} else if (value && s->want != WANT_VALUE && *member != NULL) {
		(*member)->raw = span_sub(s->text, start, s->at - start);
	}
	return true;
}

bool json_scan_pick(struct span text, struct json_want *wants, size_t count,
                    struct json_fault *fault)
{
	struct scan s = { .text = text, .fault = fault };
	struct json_want *member = NULL;

	for (size_t i = 0; i < count; i++)
		wants[i].raw = SPAN_EMPTY;
	while (s.at < text.len) {
		const bool outermost = s.depth == 1 && s.object[1];

		if (!(outermost ? pick_token(&s, wants, count, &member) : scan_token(&s)))
			return false;
	}
	return s.want == WANT_NOTHING || unexpected(&s);
}

bool json_scan(struct span text, struct buf *out, struct json_fault *fault)
{
	struct scan s = { .text = text, .out = out, .fault = fault };

	while (s.at < text.len)
		if (!scan_token(&s))
			return false;
	copy_up_to(&s, text.len);
	return s.want == WANT_NOTHING || unexpected(&s);
}

/* A number grew by its mark and two quotes. */
size_t json_scan_origin(struct span rewritten, size_t offset)
{
	size_t origin = 0;
	bool in_number = false;

	for (size_t i = 0; i < offset && i < rewritten.len; i++) {
		const char c = rewritten.ptr[i];

		if (c == JSON_NUMBER_MARK) {
			in_number = true;
			origin--; /* the quote before it */
		} else if (in_number && c == '"') {
			in_number = false;
		} else {
			origin++;
		}
	}
	return origin;
}

size_t json_scan_token(struct span rewritten, size_t n)
{
	size_t start = 0;
	bool inside = false;

	for (size_t i = 0; i < rewritten.len; i++) {
		const char c = rewritten.ptr[i];

		if (inside && c == '\\') {
			i++;
		} else if (c == '"') {
			inside = !inside;
			start = inside ? i : start;
			if (inside && n-- == 0)
				return start;
		}
	}
	return rewritten.len;
}
