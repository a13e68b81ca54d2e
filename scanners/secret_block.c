// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/str.h"
#include "decode.h"
#include "secret_check_internal.h"
#include "secret_value.h"

#include <string.h>

/* Secrets that are longer than what their pattern sees, or encoded once more. */

enum {
	BLOCK_MAX = 64 << 10, /* bytes of a key block */
	BODY_MIN = 40,        /* letters of Base64 below which a block is an example */
	KINDS_MIN = 10,       /* different letters in it */
	RUN_MIN = 32,         /* letters of Base64 that no word has */
};

static bool is_body(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '=';
}

/* What a block is made of. */
struct body {
	size_t letters;
	size_t kinds;
	bool seen[256];
};

static void count(struct body *b, struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.ptr[i];

		if (!is_body(line.ptr[i]))
			continue;
		b->letters++;
		b->kinds += !b->seen[c];
		b->seen[c] = true;
	}
}

/* Is it a line of Base64, whatever quotes it: `"MIIE..\n" +`? Headers have spaces. */
static bool is_data(struct span line)
{
	size_t letters = 0;

	line = span_trim(line);
	for (size_t i = 0; i < line.len; i++)
		letters += is_body(line.ptr[i]);
	return letters > 0 && letters * 10 >= line.len * 6 &&
	       span_find_byte(line, ':') == line.len;
}

/* The next line, whose end may be written as an escape: \n, \r\n, \\n. */
static struct span next_line(struct span *rest)
{
	size_t end = 0;
	struct span line;

	while (end < rest->len && rest->ptr[end] != '\n' &&
	       !(rest->ptr[end] == '\\' && end + 1 < rest->len &&
	         strchr("nr", rest->ptr[end + 1]) != NULL))
		end++;
	line = span_sub(*rest, 0, end);
	while (end < rest->len && rest->ptr[end] == '\\')
		end++;
	*rest = span_from(*rest, end + 1);
	return line;
}

/* Where the text around a key goes on: markup, or what follows a quoted line. */
static size_t find_stop(struct span line)
{
	size_t blanks = 0; /* in front, where a quote only opens the line */

	while (blanks < line.len && ascii_is_space(line.ptr[blanks]))
		blanks++;
	for (size_t i = 0; i < line.len; i++) {
		const struct span rest = span_from(line, i);
		size_t n = 1;

		if (line.ptr[i] == '<' || span_starts(rest, SPAN_LIT("]]>")))
			return i;
		if (line.ptr[i] != '"' || i <= blanks)
			continue;
		while (n < rest.len && rest.ptr[n] != '\0' &&
		       strchr(" \t\r+,;.)\\", rest.ptr[n]) != NULL)
			n++;
		if (n < rest.len)
			return i;
	}
	return line.len;
}

/* The end of what a line has of a key: long runs, or the short last line alone. */
static size_t find_data(struct span line, bool last)
{
	const size_t all = span_trim(line).len;
	size_t end = 0;

	for (size_t at = 0; at < line.len; at++) {
		const size_t start = at;
		size_t n;

		while (at < line.len && is_body(line.ptr[at]))
			at++;
		n = at - start;
		if (n >= RUN_MIN || (n == all && n >= 4 && (n % 4 == 0 || last)))
			end = at;
	}
	return end;
}

/* A block that nobody closes counts as far as its data goes: a key that was cut is still
 * most of a key, and what follows it is none. */
static const char *take_open(struct span rest, struct body *body)
{
	const char *end = rest.ptr;

	while (rest.len > 0) {
		const struct span line = next_line(&rest);
		const size_t stop = find_stop(line);
		const struct span part = span_sub(line, 0, stop);
		const size_t data = find_data(part, rest.len == 0);

		/* The next one is a match of its own, and a file of nothing else is not
		 * read over and over. */
		if (span_find(part, SPAN_LIT("-----")) < part.len)
			break;
		if (data > 0) {
			count(body, span_sub(part, 0, data));
			end = part.ptr + data;
		}
		if (stop < line.len || (data == 0 && body->letters > 0))
			break;
	}
	return end;
}

/* From the first line of a key to its last. */
const char *scan_check_pem(struct scan_hit *hit)
{
	const struct span all = span_sub(hit->text, hit->end, BLOCK_MAX);
	struct span rest = all;
	struct body body = { 0 };
	size_t data_end = 0;
	bool closed = false;

	while (rest.len > 0 && !closed) {
		struct span line = next_line(&rest);
		size_t close = span_find(line, SPAN_LIT("-----END"));

		/* The next one is a match of its own. */
		if (span_find(line, SPAN_LIT("-----BEGIN")) < line.len)
			break;
		/* Nor does a key go on in another element. */
		if (span_find(span_sub(line, 0, close), SPAN_LIT("</")) < close)
			break;
		closed = close < line.len;
		if (closed) {
			struct span tail = span_from(line, close + 8);
			size_t dashes = span_find(tail, SPAN_LIT("-----"));

			count(&body, span_sub(line, 0, close));
			data_end = (size_t)(tail.ptr - all.ptr) +
			           (dashes < tail.len ? dashes + 5 : tail.len);
		} else if (is_data(line)) {
			count(&body, line);
		}
	}
	if (!closed) {
		body = (struct body){ 0 };
		data_end = (size_t)(take_open(all, &body) - all.ptr);
	}
	if (body.letters < BODY_MIN || body.kinds < KINDS_MIN)
		return "has no key in its block";
	hit->end += data_end;
	return NULL;
}

/* PuTTY's form: the data follow "Private-Lines: N"; a passphrase may guard them. */
const char *scan_check_putty(struct scan_hit *hit)
{
	struct span rest = span_sub(hit->text, hit->end, BLOCK_MAX);
	size_t at = span_find(rest, SPAN_LIT("Private-Lines:"));
	struct span block = span_from(rest, at);
	size_t mac = span_find(block, SPAN_LIT("Private-MAC:"));
	struct body body = { 0 };

	if (at == rest.len)
		return "has no private part";
	block = span_sub(block, 0, mac);
	count(&body, span_from(block, span_find_byte(block, '\n')));
	if (body.letters < BODY_MIN || body.kinds < KINDS_MIN)
		return "has no key in its block";
	hit->end = hit->end + at + block.len;
	return NULL;
}

/* ---- encoded values ---- */

/* "user:password" in Base64, as in the configuration of Docker. */
const char *scan_check_basic_auth(struct scan_hit *hit)
{
	struct buf login = BUF_INIT;
	struct scan_hit inner = { .path = hit->path };
	const char *why = "is no login";

	scan_base64_decode(scan_hit_value(hit), &login);
	inner.text = buf_span(&login);
	inner.end = inner.text.len;
	if (buf_ok(&login) && span_find_byte(inner.text, ':') < inner.text.len)
		why = scan_check_login(&inner);
	buf_fini(&login);
	return why;
}

/* ---- Kubernetes ---- */

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && ascii_is_blank(line.ptr[n]))
		n++;
	return n;
}

/* The value of "  name: value", without quotes and comment. */
static struct span yaml_value(struct span line)
{
	size_t colon = span_find_byte(line, ':');
	struct span value = span_trim(span_from(line, colon + 1));

	if (value.len > 1 && (value.ptr[0] == '"' || value.ptr[0] == '\''))
		return span_sub(value, 1,
		                span_find_byte(span_from(value, 1), value.ptr[0]));
	return span_sub(value, 0, span_find(value, SPAN_LIT(" #")));
}

static bool is_secret_value(struct span value, bool encoded)
{
	struct buf plain = BUF_INIT;
	struct span shown = value;
	bool secret;

	if (encoded)
		scan_base64_decode(value, &plain);
	if (encoded)
		shown = buf_span(&plain);
	secret = shown.len >= 6 && value.len >= 8 && !scan_is_template(value) &&
	         !scan_is_filler(shown) && !scan_is_placeholder(shown);
	buf_fini(&plain);
	return secret;
}

/* The first secret value below "data:" or "stringData:" of one document. */
static struct span secret_below(struct span document)
{
	struct span line;
	size_t section = SIZE_MAX;
	bool encoded = false;

	while (span_line(&document, &line)) {
		size_t indent = indent_of(line);
		struct span body = span_from(line, indent);

		if (body.len == 0 || body.ptr[0] == '#')
			continue;
		if (section != SIZE_MAX && indent > section) {
			struct span value = yaml_value(line);

			if (is_secret_value(value, encoded))
				return value;
			continue;
		}
		encoded = span_starts(body, SPAN_LIT("data:"));
		section = encoded || span_starts(body, SPAN_LIT("stringData:"))
		                  ? indent
		                  : SIZE_MAX;
	}
	return SPAN_EMPTY;
}

/* The YAML document around the match: between lines of "---". */
static struct span document_around(const struct scan_hit *hit)
{
	size_t from = hit->start;
	size_t low = hit->start > BLOCK_MAX ? hit->start - BLOCK_MAX : 0;
	struct span rest;
	size_t end;

	while (from > low &&
	       !(from >= 4 && memcmp(hit->text.ptr + from - 4, "---\n", 4) == 0))
		from--;
	rest = span_sub(hit->text, from, hit->start - from + BLOCK_MAX);
	end = span_find(rest, SPAN_LIT("\n---"));
	return span_sub(rest, 0, end);
}

const char *scan_check_kubernetes(struct scan_hit *hit)
{
	struct span value = secret_below(document_around(hit));

	if (value.len == 0)
		return "has no value that is a secret";
	hit->start = (size_t)(value.ptr - hit->text.ptr);
	hit->end = hit->start + value.len;
	return NULL;
}
