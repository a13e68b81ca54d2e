// SPDX-License-Identifier: Apache-2.0
#include "reports/markup.h"

#include "base/str.h"
#include "view.h"

/* The five characters that mean something to a parser, in text and attributes. */
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

/* U+FFFE and U+FFFF: characters of UTF-8, none of XML. */
static const char *forbidden(struct span text)
{
	if (span_starts(text, SPAN_LIT("\xEF\xBF\xBE")))
		return "\\u{FFFE}";
	return span_starts(text, SPAN_LIT("\xEF\xBF\xBF")) ? "\\u{FFFF}" : NULL;
}

void rep_markup_span(struct buf *out, struct buf *shown, struct span text)
{
	struct span safe;

	buf_clear(shown);
	str_display(shown, text);
	safe = buf_span(shown);
	for (size_t i = 0; i < safe.len; i++) {
		const char *quoted = entity(safe.ptr[i]);
		const char *escape =
			safe.ptr[i] == '\xEF' ? forbidden(span_from(safe, i)) : NULL;

		if (escape != NULL) {
			buf_puts(out, escape);
			i += 2;
		} else if (quoted != NULL) {
			buf_puts(out, quoted);
		} else {
			buf_putc(out, safe.ptr[i]);
		}
	}
}

/* str_display would show a tab as \t; in a block that keeps space it can stay. */
static void put_line(struct buf *out, struct buf *shown, struct span line)
{
	while (line.len > 0) {
		size_t tab = span_find_byte(line, '\t');

		rep_markup_span(out, shown, span_sub(line, 0, tab));
		if (tab < line.len)
			buf_putc(out, '\t');
		line = span_from(line, tab + 1);
	}
}

void rep_markup_lines(struct buf *out, struct buf *shown, struct buf *plain,
                      const char *text)
{
	struct span rest = span_str(text);
	struct span line;
	bool first = true;

	while (span_line(&rest, &line)) {
		if (!first)
			buf_putc(out, '\n');
		first = false;
		buf_clear(plain);
		rep_put_uncolored(plain, line);
		put_line(out, shown, buf_span(plain));
	}
}
