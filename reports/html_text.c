// SPDX-License-Identifier: Apache-2.0
#include "html_internal.h"

#include "base/str.h"
#include "reports/markup.h"
#include "view.h"

void htm_span(struct html *h, struct span text)
{
	rep_markup_span(h->out, &h->shown, text);
}

void htm_text(struct html *h, const char *text)
{
	htm_span(h, span_str(text));
}

void htm_lines(struct html *h, const char *text)
{
	rep_markup_lines(h->out, &h->shown, &h->plain, text);
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
