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

/*
 * From the first line of a key to its last. A block that nobody closes counts as far as
 * its data goes: a key that was cut is still most of a key.
 */
const char *scan_check_pem(struct scan_hit *hit)
{
	struct span rest = span_sub(hit->text, hit->end, BLOCK_MAX);
	struct body body = { 0 };
	const char *from = rest.ptr;
	size_t data_end = hit->end;

	while (rest.len > 0) {
		struct span line = next_line(&rest);
		size_t close = span_find(line, SPAN_LIT("-----END"));

		/* The next one is a match of its own. */
		if (span_find(line, SPAN_LIT("-----BEGIN")) < line.len)
			break;
		if (close < line.len) {
			struct span tail = span_from(line, close + 8);
			size_t dashes = span_find(tail, SPAN_LIT("-----"));

			count(&body, span_sub(line, 0, close));
			data_end = hit->end + (size_t)(tail.ptr - from) +
			           (dashes < tail.len ? dashes + 5 : tail.len);
			break;
		}
		if (!is_data(line))
			continue;
		count(&body, line);
		data_end = hit->end + (size_t)(line.ptr - from) + line.len;
	}
	if (body.letters < BODY_MIN || body.kinds < KINDS_MIN)
		return "has no key in its block";
	hit->end = data_end;
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
