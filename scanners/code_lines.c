// SPDX-License-Identifier: Apache-2.0
#include "code_lines.h"

#include "base/ascii.h"

static void note_line(struct scan_code_lines *c)
{
	c->seen = true;
	c->lines++;
	if (c->bits == NULL)
		return;
	while (buf_ok(c->bits) && c->bits->len <= c->line / 8)
		buf_putc(c->bits, '\0');
	if (buf_ok(c->bits))
		c->bits->ptr[c->line / 8] |= (char)(1 << c->line % 8);
}

void scan_code_lines_add(struct scan_code_lines *c, struct span text, bool code)
{
	while (text.len > 0) {
		size_t end = span_find_byte(text, '\n');
		size_t at = 0;

		if (code && !c->seen) {
			while (at < end && ascii_is_space(text.ptr[at]))
				at++;
			if (at < end)
				note_line(c);
		}
		if (end == text.len)
			return;
		c->seen = false;
		c->line++;
		text = span_from(text, end + 1);
	}
}
