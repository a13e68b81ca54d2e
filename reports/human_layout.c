// SPDX-License-Identifier: Apache-2.0
#include "human_internal.h"

#include "base/str.h"

#include <ctype.h>

void hum_init(struct human *h, const struct rep_scorecard *s,
              const struct rep_style *style, struct buf *out)
{
	*h = (struct human){ .s = s, .style = style, .out = out };
	h->columns = style->columns == 0 ? 80 : style->columns;
	if (h->columns < HUMAN_MIN)
		h->columns = HUMAN_MIN;
	if (h->columns > HUMAN_MAX)
		h->columns = HUMAN_MAX;
	buf_init(&h->shown);
	buf_init(&h->scratch);
	buf_init(&h->original);
}

void hum_fini(struct human *h)
{
	buf_fini(&h->original);
	buf_fini(&h->scratch);
	buf_fini(&h->shown);
}

enum err_code hum_err(const struct human *h, struct err *err)
{
	if (!buf_ok(&h->shown) || !buf_ok(&h->scratch) || !buf_ok(&h->original))
		return err_nomem(err);
	return buf_err(h->out, err);
}

/* The code point of a valid sequence of `len` bytes. */
static unsigned long code_point(const char *p, size_t len)
{
	unsigned long c = (unsigned char)*p;

	if (len == 1)
		return c;
	c &= 0x7fUL >> len;
	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)p[i] & 0x3fU);
	return c;
}

/* Escapes what is beyond ASCII, for terminals that would garble it. */
static void put_ascii(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t len = str_utf8_len(s);

		if (len > 1)
			buf_printf(out, "\\u{%04lX}", code_point(s.ptr, len));
		else
			buf_putc(out, *s.ptr);
		s = span_from(s, len > 1 ? len : 1);
	}
}

/* Safe to print; borrowed until the next call. */
static struct span shown(struct human *h, struct span text)
{
	buf_clear(&h->shown);
	if (h->style->utf8) {
		str_display(&h->shown, text);
		return buf_span(&h->shown);
	}
	buf_clear(&h->original);
	str_display(&h->original, text);
	put_ascii(&h->shown, buf_span(&h->original));
	return buf_span(&h->shown);
}

/* The longest start of `s` within `room` columns, in bytes; whole characters. */
static size_t fitting(struct span s, size_t room)
{
	size_t at = 0;
	size_t used = 0;

	while (at < s.len) {
		size_t len = str_utf8_len(span_from(s, at));
		struct span one = span_sub(s, at, len > 0 ? len : 1);
		size_t width = str_columns(one);

		if (width > room - used)
			break;
		used += width;
		at += one.len;
	}
	return at;
}

/* Puts the text within `width` columns, with an ellipsis where it was cut; returns the
 * columns used. */
static size_t put_cut(struct human *h, enum term_style style, struct span text,
                      size_t width)
{
	const char *ellipsis = hum_sign(h, "…", "...");
	size_t mark = h->style->utf8 ? 1 : 3;
	size_t wide = str_columns(text);
	struct span start;

	if (wide <= width) {
		term_put(h->out, h->style->color, style, text);
		return wide;
	}
	if (width < mark)
		return 0;
	start = span_sub(text, 0, fitting(text, width - mark));
	start.len = str_word_end(text, start.len);
	term_put(h->out, h->style->color, style, start);
	hum_put(h, style, ellipsis);
	return str_columns(start) + mark;
}

void hum_cell(struct human *h, enum term_style style, struct span text, size_t width,
              enum hum_align align)
{
	struct span safe = shown(h, text);
	size_t wide = str_columns(safe);
	size_t used;

	if (align == HUM_RIGHT && wide < width)
		buf_fill(h->out, ' ', width - wide);
	used = put_cut(h, style, safe, width);
	if (align == HUM_LEFT && used < width)
		buf_fill(h->out, ' ', width - used);
}

bool hum_is_narrow(const struct human *h)
{
	return h->columns < 76;
}

void hum_put(struct human *h, enum term_style style, const char *text)
{
	term_put(h->out, h->style->color, style, span_str(text));
}

const char *hum_sign(const struct human *h, const char *utf8, const char *ascii)
{
	return h->style->utf8 ? utf8 : ascii;
}

void hum_end(struct human *h)
{
	size_t len = h->out->len;

	if (!buf_ok(h->out))
		return;
	while (len > 0 && h->out->ptr[len - 1] == ' ')
		len--;
	buf_truncate(h->out, len);
	buf_putc(h->out, '\n');
}

void hum_heading(struct human *h, const char *text)
{
	buf_putc(h->out, '\n');
	hum_put(h, TERM_BOLD, text);
	hum_end(h);
}

/* Takes the words that fit in `room` columns; a longer word is split. */
static struct span take_line(struct span *rest, size_t room)
{
	struct span all = span_trim(*rest);
	size_t end = fitting(all, room);

	if (end == 0)
		end = all.len;
	if (end < all.len && all.ptr[end] != ' ') {
		size_t space = span_rfind_byte(span_sub(all, 0, end), ' ');
		if (space > 0 && space < end)
			end = space;
	}
	*rest = span_trim(span_from(all, end));
	return span_trim(span_sub(all, 0, end));
}

void hum_wrap(struct human *h, struct hum_par par, struct span text)
{
	struct span rest = shown(h, span_trim(text));
	size_t room = h->columns - par.indent;
	size_t line = 0;

	while (rest.len > 0) {
		bool last = ++line == par.lines;

		if (line == 1 && par.lead != NULL)
			hum_put(h, par.style, par.lead);
		else
			buf_fill(h->out, ' ', par.indent);
		if (last)
			(void)put_cut(h, par.style, rest, room);
		else
			term_put(h->out, h->style->color, par.style,
			         take_line(&rest, room));
		hum_end(h);
		if (last)
			break;
	}
}

enum term_style hum_state_style(enum rep_state s)
{
	switch (s) {
	case REP_PASS:
		return TERM_GREEN;
	case REP_WARN:
		return TERM_YELLOW;
	case REP_FAIL:
	case REP_ERROR:
		return TERM_BOLD_RED;
	case REP_UNKNOWN:
		return TERM_CYAN;
	case REP_NOT_APPLICABLE:
		return TERM_DIM;
	}
	return TERM_PLAIN;
}

void hum_state(struct human *h, enum rep_state s)
{
	char word[8] = "";
	const char *name = rep_state_name(s);

	for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof word; i++)
		word[i] = (char)toupper((unsigned char)name[i]);
	hum_cell(h, hum_state_style(s), span_str(word), 7, HUM_LEFT);
}
