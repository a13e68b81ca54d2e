// SPDX-License-Identifier: Apache-2.0
#include "lib/place.h"

#include "base/str.h"

#include <string.h>

void place_move(struct place *p, struct span text, size_t offset)
{
	if (offset > text.len)
		offset = text.len;
	if (offset < p->offset)
		*p = (struct place)PLACE_INIT;
	while (p->offset < offset) {
		const char *from = text.ptr + p->offset;
		const char *newline = memchr(from, '\n', offset - p->offset);

		if (newline == NULL) {
			p->column += offset - p->offset;
			p->offset = offset;
			return;
		}
		p->line++;
		p->column = 1;
		p->offset += (size_t)(newline - from) + 1;
	}
}

struct place place_of(struct span text, size_t offset)
{
	struct place p = PLACE_INIT;

	place_move(&p, text, offset);
	return p;
}

struct place place_of_fault(struct span text, size_t offset)
{
	size_t end = text.len;

	while (end > 0 && strchr(" \t\r\n", text.ptr[end - 1]) != NULL &&
	       text.ptr[end - 1] != '\0')
		end--;
	return place_of(text, offset < end ? offset : end);
}

/* Back to the start of a UTF-8 sequence, so that a cut line shows no half letters. */
static size_t letter_start(struct span line, size_t at)
{
	const unsigned char mask = 0xc0, continuation = 0x80;

	while (at > 0 && at < line.len &&
	       ((unsigned char)line.ptr[at] & mask) == continuation)
		at--;
	return at;
}

void place_quote(struct buf *out, struct span text, struct place p, size_t columns)
{
	const size_t start = p.offset - (p.column - 1);
	struct span line = span_from(text, start);
	size_t caret = p.column - 1;
	size_t from = 0;
	size_t lead;

	line.len = span_find_byte(line, '\n');
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (caret > line.len)
		caret = line.len;
	if (caret > columns / 2)
		from = letter_start(line, caret - columns / 2);
	buf_puts(out, "\n  ");
	lead = out->len;
	str_display(out, span_sub(line, from, caret - from));
	lead = buf_ok(out) ? str_columns(span_of(out->ptr + lead, out->len - lead)) : 0;
	if (lead < columns)
		str_display_cut(out, span_from(line, caret), columns - lead);
	buf_puts(out, "\n  ");
	buf_fill(out, ' ', lead);
	buf_putc(out, '^');
}
