// SPDX-License-Identifier: Apache-2.0
#include "html_internal.h"

#include "base/str.h"
#include "view.h"

/* The five characters that mean something to an HTML parser, in text and attributes. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void htm_span(struct html *h, struct span text)
{
	struct span safe;

	buf_clear(&h->shown);
	str_display(&h->shown, text);
	safe = buf_span(&h->shown);
	for (size_t i = 0; i < safe.len; i++) {
		const char *quoted = entity(safe.ptr[i]);

		if (quoted != NULL)
			buf_puts(h->out, quoted);
		else
			buf_putc(h->out, safe.ptr[i]);
	}
}

void htm_text(struct html *h, const char *text)
{
	htm_span(h, span_str(text));
}

/* str_display would show a tab as \t; in a block that keeps space it can stay. */
static void put_line(struct html *h, struct span line)
{
	struct span piece;

	while (line.len > 0) {
		size_t tab = span_find_byte(line, '\t');

		piece = span_sub(line, 0, tab);
		htm_span(h, piece);
		if (tab < line.len)
			buf_putc(h->out, '\t');
		line = span_from(line, tab + 1);
	}
}

void htm_lines(struct html *h, const char *text)
{
	struct span rest = span_str(text);
	struct span line;
	bool first = true;

	while (span_line(&rest, &line)) {
		if (!first)
			buf_putc(h->out, '\n');
		first = false;
		buf_clear(&h->plain);
		rep_put_uncolored(&h->plain, line);
		put_line(h, buf_span(&h->plain));
	}
}

void htm_raw(struct html *h, const char *markup)
{
	buf_puts(h->out, markup);
}

void htm_tenths(struct html *h, int64_t tenths)
{
	char text[REP_NUMBER];

	buf_puts(h->out, rep_tenths(tenths, text));
}

void htm_rect(struct html *h, const char *css, int64_t from, int64_t width, int64_t whole)
{
	const size_t parts = 10000;
	size_t x = rep_portion(from, whole, parts);
	size_t w = rep_portion(from + width, whole, parts) - x;

	if (width <= 0 || w == 0)
		return;
	buf_printf(h->out,
	           "<rect class=\"%s\" x=\"%zu.%02zu%%\" width=\"%zu.%02zu%%\" "
	           "height=\"100%%\"/>",
	           css, x / 100, x % 100, w / 100, w % 100);
}

const char *htm_state_class(const char *state)
{
	return str_eq(state, "n/a") ? "na" : state;
}

void htm_state(struct html *h, const char *state)
{
	buf_printf(h->out, "<span class=\"state %s\">%s</span>", htm_state_class(state),
	           state);
}

void htm_check_link(struct html *h, const char *id)
{
	const struct rep_check *c = rep_check_find(h->s, id, &h->hint);

	if (c != NULL)
		buf_printf(h->out, "<a href=\"#k%zu\">", (size_t)(c - h->s->checks));
	htm_raw(h, "<code>");
	htm_text(h, id);
	htm_raw(h, c != NULL ? "</code></a>" : "</code>");
}
