// SPDX-License-Identifier: Apache-2.0
/* The streaming writer of lib/json.h. */
#include "base/base64.h"
#include "base/num.h"
#include "base/str.h"
#include "lib/json.h"
#include "lib/json_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdint.h>
#include <string.h>

void json_writer_init(struct json_writer *w, struct buf *out, unsigned indent)
{
	*w = (struct json_writer){ .out = out, .indent = indent, .first = true };
}

static bool in_object(const struct json_writer *w)
{
	const unsigned at = w->depth - 1;

	return w->depth > 0 && (w->objects[at / 64] >> (at % 64) & 1) != 0;
}

static void newline(struct json_writer *w)
{
	if (w->indent == 0)
		return;
	buf_putc(w->out, '\n');
	buf_fill(w->out, ' ', (size_t)w->indent * w->depth);
}

/* What stands between the last thing and the next. */
static void separate(struct json_writer *w)
{
	if (w->depth == 0)
		return;
	if (!w->first)
		buf_putc(w->out, ',');
	newline(w);
}

static void before_value(struct json_writer *w)
{
	assert(in_object(w) == w->after_key);
	if (!w->after_key)
		separate(w);
	w->after_key = false;
	w->first = false;
}

void json_open(struct json_writer *w, char bracket)
{
	const uint64_t bit = (uint64_t)1 << (w->depth % 64);

	assert(bracket == '{' || bracket == '[');
	assert(w->depth < JSON_WRITER_DEPTH);
	before_value(w);
	buf_putc(w->out, bracket);
	if (bracket == '{')
		w->objects[w->depth / 64] |= bit;
	else
		w->objects[w->depth / 64] &= ~bit;
	w->depth++;
	w->first = true;
}

void json_close(struct json_writer *w, char bracket)
{
	assert(w->depth > 0 && !w->after_key);
	assert(bracket == (in_object(w) ? '}' : ']'));
	w->depth--;
	if (!w->first)
		newline(w);
	buf_putc(w->out, bracket);
	w->first = false;
}

/* The escape for one byte, or NULL for one that stands for itself. */
static const char *escape_of(unsigned char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static bool is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

size_t json_plain(struct span text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t highs = ones * 0x80;
	size_t at = 0;

	for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t w;
		uint64_t quote, slash;

		memcpy(&w, text.ptr + at, sizeof(w));
		quote = w ^ (ones * '"');
		slash = w ^ (ones * '\\');
		/* A byte below 0x20, equal to one of the two, or above 0x7f. */
		if ((((w - ones * ' ') & ~w) | ((quote - ones) & ~quote) |
		     ((slash - ones) & ~slash) | w) &
		    highs)
			break;
	}
	return at;
}

/* Length of the run at the start that needs no change. */
static size_t plain_run(struct span s)
{
	size_t i = json_plain(s);

	while (i < s.len) {
		size_t len = 1;

		if (!is_plain((unsigned char)s.ptr[i]))
			len = (unsigned char)s.ptr[i] < 0x80
			              ? 0
			              : str_utf8_len(span_from(s, i));
		if (len == 0)
			break;
		i += len;
		if (len > 1)
			i += json_plain(span_from(s, i));
	}
	return i;
}

static void put_quoted(struct buf *out, struct span s)
{
	buf_putc(out, '"');
	while (s.len > 0) {
		const size_t run = plain_run(s);
		unsigned char c;

		buf_put(out, span_sub(s, 0, run));
		s = span_from(s, run);
		if (s.len == 0)
			break;
		c = (unsigned char)s.ptr[0];
		if (escape_of(c) != NULL)
			buf_puts(out, escape_of(c));
		else if (c < ' ' && c != '\0') /* that one the reader does not take */
			buf_printf(out, "\\u%04x", c);
		else
			buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD */
		s = span_from(s, 1);
	}
	buf_putc(out, '"');
}

void json_put_key(struct json_writer *w, const char *key)
{
	assert(in_object(w) && !w->after_key);
	separate(w);
	put_quoted(w->out, span_str(key));
	buf_puts(w->out, w->indent > 0 ? ": " : ":");
	w->first = false;
	w->after_key = true;
}

void json_put_string(struct json_writer *w, struct span s)
{
	before_value(w);
	put_quoted(w->out, s);
}

void json_put_str(struct json_writer *w, const char *s)
{
	if (s == NULL)
		json_put_null(w);
	else
		json_put_string(w, span_str(s));
}

void json_put_u64(struct json_writer *w, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	before_value(w);
	do
		digits[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	buf_put(w->out, span_of(digits + at, sizeof(digits) - at));
}

void json_put_i64(struct json_writer *w, int64_t v)
{
	before_value(w);
	buf_printf(w->out, "%" PRId64, v);
}

void json_put_bool(struct json_writer *w, bool v)
{
	before_value(w);
	buf_puts(w->out, v ? "true" : "false");
}

void json_put_null(struct json_writer *w)
{
	before_value(w);
	buf_puts(w->out, "null");
}

void json_put_number(struct json_writer *w, const char *text)
{
	assert(num_is_json(span_str(text)));
	before_value(w);
	buf_puts(w->out, text);
}

void json_put_raw(struct json_writer *w, const char *json)
{
	before_value(w);
	buf_puts(w->out, json);
}

void json_put_value(struct json_writer *w, const struct json *v)
{
	const enum json_type type = json_type(v);
	bool flag = false;

	switch (type) {
	case JSON_NULL:
		json_put_null(w);
		return;
	case JSON_BOOL:
		(void)json_bool(v, &flag);
		json_put_bool(w, flag);
		return;
	case JSON_NUMBER:
		/* As it was read: it may be beyond the numbers that we compute with. */
		json_put_raw(w, json_number(v));
		return;
	case JSON_STRING:
		json_put_str(w, json_string(v));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	json_open(w, type == JSON_OBJECT ? '{' : '[');
	for (const struct json *i = json_first(v); i != NULL; i = json_next(i)) {
		if (type == JSON_OBJECT)
			json_put_key(w, json_key(i));
		json_put_value(w, i);
	}
	json_close(w, type == JSON_OBJECT ? '}' : ']');
}

void json_field_str(struct json_writer *w, const char *key, const char *s)
{
	json_put_key(w, key);
	json_put_str(w, s);
}

void json_field_u64(struct json_writer *w, const char *key, uint64_t v)
{
	json_put_key(w, key);
	json_put_u64(w, v);
}

void json_field_bool(struct json_writer *w, const char *key, bool v)
{
	json_put_key(w, key);
	json_put_bool(w, v);
}

void json_field_number(struct json_writer *w, const char *key, const char *text)
{
	json_put_key(w, key);
	json_put_number(w, text);
}

void json_field_null(struct json_writer *w, const char *key)
{
	json_put_key(w, key);
	json_put_null(w);
}

void json_field_span(struct json_writer *w, const char *key, struct span s)
{
	json_put_key(w, key);
	json_put_string(w, s);
}

void json_field_path(struct json_writer *w, const char *key, struct span path)
{
	struct buf name = BUF_INIT;
	struct buf encoded = BUF_INIT;

	json_field_span(w, key, path);
	if (str_is_utf8(path))
		return;
	buf_printf(&name, "%s_b64", key);
	base64_put(&encoded, path);
	json_field_span(w, buf_str(&name), buf_span(&encoded));
	buf_fini(&name);
	buf_fini(&encoded);
}
