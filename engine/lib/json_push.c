// SPDX-License-Identifier: Apache-2.0
#include "lib/json_push.h"

#include "base/num.h"

#include <string.h>

/* Inside of which token the last piece ended. */
enum state { BETWEEN, IN_STRING, IN_ESCAPE, IN_UNICODE, IN_ATOM };

/* What the grammar allows next; 0 is where a text begins. */
enum want {
	WANT_VALUE,
	WANT_VALUE_OR_END,
	WANT_KEY,
	WANT_KEY_OR_END,
	WANT_COLON,
	WANT_COMMA_OR_END,
	WANT_NOTHING,
};

enum { ATOM_MAX = 1024 };

static const char *const wanted[] = {
	[WANT_VALUE] = "a value should be here",
	[WANT_VALUE_OR_END] = "a value or ']' should be here",
	[WANT_KEY] = "a key in double quotes should be here",
	[WANT_KEY_OR_END] = "a key in double quotes or '}' should be here",
	[WANT_COLON] = "':' should be here",
	[WANT_COMMA_OR_END] = "',' or the end of this object or array should be here",
	[WANT_NOTHING] = "text after the end of the value",
};

static enum err_code refuse(struct json_push *p, const char *what, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "%s:%llu: %s", p->name,
	               (unsigned long long)p->line + 1, what);
}

static enum err_code tell(struct json_push *p, enum json_push_event event,
                          struct span text, struct err *err)
{
	enum err_code rc = p->tell(event, text, p->context, err);

	if (rc == ERR_OK)
		return ERR_OK;
	return err_wrap(err, rc, "%s:%llu", p->name, (unsigned long long)p->line + 1);
}

/* A value begins here: may it? What follows it is settled at once. */
static bool begin_value(struct json_push *p)
{
	if (p->want == WANT_NOTHING && p->many)
		p->want = WANT_VALUE;
	if (p->want != WANT_VALUE && p->want != WANT_VALUE_OR_END)
		return false;
	p->want = p->depth > 0 ? WANT_COMMA_OR_END : WANT_NOTHING;
	return true;
}

static enum err_code open_container(struct json_push *p, char c, struct err *err)
{
	if (!begin_value(p))
		return refuse(p, wanted[p->want], err);
	if (p->depth == JSON_PUSH_DEPTH)
		return err_set(err, ERR_LIMIT, "%s:%llu: nested deeper than %d", p->name,
		               (unsigned long long)p->line + 1, JSON_PUSH_DEPTH);
	p->object[++p->depth] = c == '{';
	p->want = c == '{' ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return tell(p, c == '{' ? JSON_PUSH_OPEN_OBJECT : JSON_PUSH_OPEN_ARRAY,
	            SPAN_EMPTY, err);
}

static enum err_code shut_container(struct json_push *p, char c, struct err *err)
{
	bool object = c == '}';
	unsigned empty = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;

	if (p->depth == 0 || p->object[p->depth] != object ||
	    (p->want != WANT_COMMA_OR_END && p->want != empty))
		return refuse(p, wanted[p->want], err);
	p->depth--;
	p->want = p->depth > 0 ? WANT_COMMA_OR_END : WANT_NOTHING;
	return tell(p, object ? JSON_PUSH_CLOSE_OBJECT : JSON_PUSH_CLOSE_ARRAY,
	            SPAN_EMPTY, err);
}

static enum err_code punctuation(struct json_push *p, char c, struct err *err)
{
	if (c == ':' && p->want == WANT_COLON)
		p->want = WANT_VALUE;
	else if (c == ',' && p->want == WANT_COMMA_OR_END)
		p->want = p->object[p->depth] ? WANT_KEY : WANT_VALUE;
	else
		return refuse(p, wanted[p->want], err);
	return ERR_OK;
}

/* ---- strings ---- */

static enum err_code begin_string(struct json_push *p, struct err *err)
{
	p->is_key = p->want == WANT_KEY || p->want == WANT_KEY_OR_END;
	if (p->is_key)
		p->want = WANT_COLON;
	else if (!begin_value(p))
		return refuse(p, wanted[p->want], err);
	p->state = IN_STRING;
	buf_clear(&p->token);
	return ERR_OK;
}

static enum err_code grow(struct json_push *p, struct span text, size_t max,
                          struct err *err)
{
	if (text.len > max - p->token.len)
		return err_set(err, ERR_LIMIT,
		               "%s:%llu: a string or number of more than "
		               "%zu bytes",
		               p->name, (unsigned long long)p->line + 1, max);
	buf_put(&p->token, text);
	return buf_err(&p->token, err);
}

static enum err_code put_character(struct json_push *p, uint32_t c, struct err *err)
{
	char out[4];
	size_t n = 0;

	if (c < 0x80) {
		out[n++] = (char)c;
	} else if (c < 0x800) {
		out[n++] = (char)(0xc0 | c >> 6);
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		out[n++] = (char)(0xe0 | c >> 12);
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		out[n++] = (char)(0xf0 | c >> 18);
		out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		out[n++] = (char)(0x80 | (c & 0x3f));
	}
	return grow(p, span_of(out, n), p->token_max, err);
}

/* Four digits are there. */
static enum err_code end_unicode(struct json_push *p, struct err *err)
{
	uint32_t c = p->unicode;
	bool low = c >= 0xdc00 && c < 0xe000;

	p->state = IN_STRING;
	if (c == 0)
		return refuse(p, "\\u0000 is not accepted", err);
	if (low != (p->high != 0))
		return refuse(p, "half of a surrogate pair", err);
	if (c >= 0xd800 && c < 0xdc00) {
		p->high = c;
		return ERR_OK;
	}
	if (low)
		c = 0x10000 + ((p->high - 0xd800) << 10) + (c - 0xdc00);
	p->high = 0;
	return put_character(p, c, err);
}

static enum err_code unicode(struct json_push *p, char c, struct err *err)
{
	const char *digits = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	if (at == NULL)
		return refuse(p, "\\u needs four hexadecimal digits", err);
	p->unicode = p->unicode << 4 | (uint32_t)((at - digits) % 16);
	return ++p->digits == 4 ? end_unicode(p, err) : ERR_OK;
}

static enum err_code escape(struct json_push *p, char c, struct err *err)
{
	static const char names[] = "\"\\/bfnrt";
	static const char means[] = "\"\\/\b\f\n\r\t";
	const char *at = c != '\0' ? strchr(names, c) : NULL;

	if (c == 'u') {
		p->state = IN_UNICODE;
		p->unicode = 0;
		p->digits = 0;
		return ERR_OK;
	}
	if (p->high != 0)
		return refuse(p, "half of a surrogate pair", err);
	if (at == NULL)
		return refuse(p, "unknown escape in a string", err);
	p->state = IN_STRING;
	return grow(p, span_of(&means[at - names], 1), p->token_max, err);
}

static enum err_code end_string(struct json_push *p, struct err *err)
{
	if (p->high != 0)
		return refuse(p, "half of a surrogate pair", err);
	p->state = BETWEEN;
	return tell(p, p->is_key ? JSON_PUSH_KEY : JSON_PUSH_STRING, buf_span(&p->token),
	            err);
}

/* Plain bytes up to what means something; that itself is left. */
static enum err_code string(struct json_push *p, struct span *rest, struct err *err)
{
	size_t n = 0;

	while (n < rest->len && rest->ptr[n] != '"' && rest->ptr[n] != '\\' &&
	       (unsigned char)rest->ptr[n] >= 0x20)
		n++;
	if (n > 0) {
		struct span plain = span_sub(*rest, 0, n);

		if (p->high != 0)
			return refuse(p, "half of a surrogate pair", err);
		*rest = span_from(*rest, n);
		return grow(p, plain, p->token_max, err);
	}
	switch (rest->ptr[0]) {
	case '"':
		*rest = span_from(*rest, 1);
		return end_string(p, err);
	case '\\':
		*rest = span_from(*rest, 1);
		p->state = IN_ESCAPE;
		return ERR_OK;
	default:
		return refuse(p, "a control character in a string", err);
	}
}

/* ---- numbers and words ---- */

static bool is_atom(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' ||
	       c == '.' || c == 'E';
}

static enum err_code end_atom(struct json_push *p, struct err *err)
{
	struct span text = buf_span(&p->token);
	bool word = span_eq_str(text, "true") || span_eq_str(text, "false") ||
	            span_eq_str(text, "null");

	p->state = BETWEEN;
	if (!word && !num_is_json(text))
		return refuse(p, "neither a number nor true, false or null", err);
	return tell(p, word ? JSON_PUSH_WORD : JSON_PUSH_NUMBER, text, err);
}

static enum err_code atom(struct json_push *p, struct span *rest, struct err *err)
{
	struct span text = *rest;
	enum err_code rc;
	size_t n = 0;

	while (n < rest->len && is_atom(rest->ptr[n]))
		n++;
	text.len = n;
	*rest = span_from(*rest, n);
	if ((rc = grow(p, text, ATOM_MAX, err)) != ERR_OK)
		return rc;
	return rest->len > 0 ? end_atom(p, err) : ERR_OK;
}

/* ---- pieces ---- */

static enum err_code between(struct json_push *p, struct span *rest, struct err *err)
{
	char c = rest->ptr[0];

	p->start = p->at;
	if (is_atom(c)) {
		if (!begin_value(p))
			return refuse(p, wanted[p->want], err);
		buf_clear(&p->token);
		p->state = IN_ATOM;
		return ERR_OK;
	}
	*rest = span_from(*rest, 1);
	switch (c) {
	case '\n':
		p->line++;
		return ERR_OK;
	case ' ':
	case '\t':
	case '\r':
		return ERR_OK;
	case '{':
	case '[':
		return open_container(p, c, err);
	case '}':
	case ']':
		return shut_container(p, c, err);
	case '"':
		return begin_string(p, err);
	default:
		return punctuation(p, c, err);
	}
}

static enum err_code step(struct json_push *p, struct span *rest, struct err *err)
{
	char c = rest->ptr[0];

	switch ((enum state)p->state) {
	case IN_STRING:
		return string(p, rest, err);
	case IN_ESCAPE:
		*rest = span_from(*rest, 1);
		return escape(p, c, err);
	case IN_UNICODE:
		*rest = span_from(*rest, 1);
		return unicode(p, c, err);
	case IN_ATOM:
		return atom(p, rest, err);
	case BETWEEN:
		break;
	}
	return between(p, rest, err);
}

enum err_code json_push_feed(struct json_push *p, struct span piece, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (piece.len > 0 && rc == ERR_OK) {
		const size_t left = piece.len;

		rc = step(p, &piece, err);
		p->at += left - piece.len;
	}
	return rc;
}

enum err_code json_push_end(struct json_push *p, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (p->state == IN_ATOM)
		rc = end_atom(p, err);
	if (rc == ERR_OK && (p->state != BETWEEN || p->want != WANT_NOTHING))
		rc = refuse(p, "the text ends too early", err);
	return rc;
}

void json_push_fini(struct json_push *p)
{
	buf_fini(&p->token);
}
