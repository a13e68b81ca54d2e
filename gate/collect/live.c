// SPDX-License-Identifier: Apache-2.0
#include "collect/live.h"

#include "base/str.h"

/* A line is shown in pieces rather than kept without end. */
enum { LINE_MAX = 8192 };

/* Without memory a line is not shown; it is captured all the same. */
static void show(const struct gate_live *l, struct span line)
{
	struct buf text = BUF_INIT;

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	buf_printf(&text, "%s | ", l->id);
	str_display(&text, line);
	if (buf_ok(&text))
		progress_line(l->progress, buf_span(&text));
	buf_fini(&text);
}

void gate_live_put(struct gate_live *l, int stream, struct span data)
{
	struct buf *partial = &l->partial[stream == 2];

	while (data.len > 0) {
		size_t end = span_find_byte(data, '\n');

		buf_put(partial, span_sub(data, 0, end));
		if (end == data.len && partial->len < LINE_MAX)
			return;
		show(l, buf_span(partial));
		buf_clear(partial);
		data = span_from(data, end + 1);
	}
}

void gate_live_end(struct gate_live *l)
{
	for (int i = 0; i < 2; i++) {
		if (l->partial[i].len > 0)
			show(l, buf_span(&l->partial[i]));
		buf_fini(&l->partial[i]);
	}
}
