// SPDX-License-Identifier: Apache-2.0
/* What is not as it was in the run before. */
#include "human_internal.h"

#include "view.h"

enum { SHOWN_CHANGES = 5 };

static enum term_style color_of(int64_t delta)
{
	if (delta == 0)
		return TERM_PLAIN;
	return delta < 0 ? TERM_RED : TERM_GREEN;
}

static void change(struct human *h, const struct rep_change *c)
{
	buf_clear(&h->scratch);
	rep_put_delta(&h->scratch, c->delta);
	hum_cell(h, color_of(c->delta), buf_span(&h->scratch), 8, HUM_RIGHT);
	buf_puts(h->out, "  ");
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%s: ", c->check);
	if (c->fresh)
		buf_puts(&h->scratch, "new, ");
	else if (c->was != c->is)
		buf_printf(&h->scratch, "%s, now ", rep_state_name(c->was));
	buf_puts(&h->scratch, rep_state_name(c->is));
	hum_cell(h, TERM_PLAIN, buf_span(&h->scratch), h->columns - 10, HUM_LEFT);
	hum_end(h);
}

void hum_changes(struct human *h)
{
	const size_t count = h->s->change_count;
	const size_t most = h->style->verbose ? count : SHOWN_CHANGES;

	if (h->s->past_count == 0)
		return;
	hum_heading(h, "Since the last run");
	buf_clear(&h->scratch);
	rep_put_since(&h->scratch, h->s);
	hum_wrap(h, (struct hum_par){ .indent = 2, .lines = 4 }, buf_span(&h->scratch));
	for (size_t i = 0; i < count && i < most; i++)
		change(h, &h->s->changes[i]);
	if (count > most) {
		buf_printf(h->out, "          and %zu more", count - most);
		hum_end(h);
	}
}
