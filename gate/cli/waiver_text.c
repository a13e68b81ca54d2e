// SPDX-License-Identifier: Apache-2.0
#include "cli/waiver_text.h"

#include "base/ascii.h"
#include "base/when.h"
#include "lib/json.h"

#include <inttypes.h>

#define KEY "waivers:"

/* Where the list stands: its key's line, and its entries up to the next key. */
struct place {
	bool there;
	bool empty; /* [] or nothing behind the key */
	struct span before;
	struct span key; /* the line, with its end */
	struct span body;
	struct span after;
	size_t indent; /* of the dashes */
};

static size_t line_len(struct span s)
{
	const size_t end = span_find_byte(s, '\n');

	return end < s.len ? end + 1 : s.len;
}

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] == ' ')
		n++;
	return n;
}

static bool is_blank(struct span line)
{
	const struct span s = span_trim(line);

	return s.len == 0 || s.ptr[0] == '#';
}

/* A line of the list: deeper than its key, or a dash below it. */
static bool is_body(struct span line)
{
	return line.ptr[0] == ' ' || line.ptr[0] == '-';
}

/* The length of the body: blank lines and comments behind it belong to what follows. */
static size_t body_len(struct span s)
{
	size_t at = 0;
	size_t end = 0;

	while (at < s.len) {
		const struct span line = span_sub(s, at, line_len(span_from(s, at)));

		if (!is_blank(line) && !is_body(line))
			break;
		at += line.len;
		if (!is_blank(line))
			end = at;
	}
	return end;
}

static void first_dash(struct place *p)
{
	struct span rest = p->body;

	while (rest.len > 0 && is_blank(span_sub(rest, 0, line_len(rest))))
		rest = span_from(rest, line_len(rest));
	p->indent = p->body.len > 0 ? indent_of(rest) : 2;
}

static enum err_code find(struct place *p, struct span text, struct err *err)
{
	size_t at = 0;
	struct span value;

	*p = (struct place){ .before = text, .indent = 2 };
	while (at < text.len && !span_starts(span_from(text, at), SPAN_LIT(KEY)))
		at += line_len(span_from(text, at));
	if (at >= text.len)
		return ERR_OK;
	p->there = true;
	p->before = span_sub(text, 0, at);
	p->key = span_sub(text, at, line_len(span_from(text, at)));
	text = span_from(text, at + p->key.len);
	value = span_from(p->key, sizeof(KEY) - 1);
	value = span_trim(span_sub(value, 0, span_find_byte(value, '#')));
	p->empty = value.len == 0 || span_eq_str(value, "[]");
	if (!p->empty)
		return err_set(err, ERR_USAGE,
		               "`waivers` is written in one line; write one entry below "
		               "the other");
	p->body = span_sub(text, 0, body_len(text));
	p->after = span_from(text, p->body.len);
	first_dash(p);
	return ERR_OK;
}

/* ---- an entry ---- */

static void put_key(struct buf *out, size_t indent, bool first, const char *key)
{
	buf_fill(out, ' ', indent);
	buf_puts(out, first ? "- " : "  ");
	buf_printf(out, "%s: ", key);
}

/* JSON's strings are YAML's. */
static void put_text(struct buf *out, size_t indent, bool first, const char *key,
                     const char *value)
{
	struct json_writer w;

	if (value == NULL)
		return;
	put_key(out, indent, first, key);
	json_writer_init(&w, out, 0);
	json_put_str(&w, value);
	buf_putc(out, '\n');
}

static void put_time(struct buf *out, size_t indent, const char *key, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, false, text);
	put_key(out, indent, false, key);
	buf_printf(out, "%s\n", text);
}

static void put_signature(struct buf *out, size_t indent, struct span text)
{
	struct span line;

	put_key(out, indent, false, "signature");
	buf_puts(out, "|\n");
	while (span_line(&text, &line)) {
		buf_fill(out, ' ', indent + 4);
		buf_put(out, line);
		buf_putc(out, '\n');
	}
}

static void put_entry(struct buf *out, size_t indent, const struct gate_waiver *v)
{
	put_text(out, indent, true, "check", v->check);
	put_text(out, indent, true, "fingerprint", v->fingerprint);
	put_text(out, indent, false, "owner", v->owner);
	put_text(out, indent, false, "approver", v->approver);
	put_text(out, indent, false, "reason", v->reason);
	put_text(out, indent, false, "issue", v->issue);
	if (v->has_granted)
		put_time(out, indent, "granted", v->granted_ms);
	put_time(out, indent, "expires", v->expires_ms);
	if (v->renewed > 0) {
		put_key(out, indent, false, "renewed");
		buf_printf(out, "%" PRIu64 "\n", v->renewed);
	}
	if (v->signature != NULL)
		put_signature(out, indent, span_str(v->signature));
}

static void put_line_end(struct buf *out)
{
	if (out->len > 0 && out->ptr[out->len - 1] != '\n')
		buf_putc(out, '\n');
}

enum err_code waiver_text_add(struct span policy, const struct gate_waiver *v,
                              struct buf *out, struct err *err)
{
	struct place p;
	enum err_code rc = find(&p, policy, err);

	if (rc != ERR_OK)
		return rc;
	buf_put(out, p.before);
	if (!p.there)
		put_line_end(out);
	if (p.body.len > 0)
		buf_put(out, p.key);
	else
		buf_puts(out, KEY "\n");
	buf_put(out, p.body);
	put_line_end(out);
	put_entry(out, p.indent, v);
	buf_put(out, p.after);
	return buf_err(out, err);
}

static bool starts_entry(struct span line, size_t indent)
{
	return !is_blank(line) && indent_of(line) == indent && indent < line.len &&
	       line.ptr[indent] == '-';
}

enum err_code waiver_text_remove(struct span policy, size_t index, size_t count,
                                 struct buf *out, struct err *err)
{
	struct place p;
	size_t entry = 0;
	enum err_code rc = find(&p, policy, err);
	struct span rest = p.body;

	if (rc != ERR_OK)
		return rc;
	if (p.body.len == 0)
		return err_set(err, ERR_USAGE, "this file has no waivers");
	buf_put(out, p.before);
	if (count > 1)
		buf_put(out, p.key);
	while (rest.len > 0) {
		const struct span line = span_sub(rest, 0, line_len(rest));

		entry += starts_entry(line, p.indent);
		if (entry != index + 1)
			buf_put(out, line);
		rest = span_from(rest, line.len);
	}
	buf_put(out, p.after);
	return entry == count ? buf_err(out, err)
	                      : err_set(err, ERR_USAGE,
	                                "its entries cannot be told from each other");
}
