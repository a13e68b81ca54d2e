// SPDX-License-Identifier: Apache-2.0
#include "reports/human_internal.h"
#include "reports/view.h"

/* Scores of components and owners, a line each. */

static void part(struct human *h, const struct rep_part *p, size_t width)
{
	char number[REP_NUMBER];

	buf_puts(h->out, "  ");
	hum_cell(h, TERM_PLAIN, span_str(p->name), width, HUM_LEFT);
	if (!p->has_score) {
		hum_put(h, TERM_DIM, "  no check speaks of it");
		hum_end(h);
		return;
	}
	hum_cell(h, TERM_BOLD, span_str(rep_tenths(p->score, number)), 7, HUM_RIGHT);
	hum_put(h, TERM_DIM, " / ");
	hum_cell(h, TERM_DIM, span_str(rep_tenths(p->possible, number)), 5, HUM_RIGHT);
	buf_puts(h->out, "  ");
	hum_put(h, TERM_PLAIN, p->critical ? "critical  " : "");
	if (p->owner != NULL && p->owner != p->name)
		hum_cell(h, TERM_DIM, span_str(p->owner), h->columns - width - 29,
		         HUM_LEFT);
	hum_end(h);
}

static void parts(struct human *h, const char *title, const struct rep_part *list,
                  size_t count)
{
	if (count > 0)
		hum_heading(h, title);
	for (size_t i = 0; i < count; i++)
		part(h, &list[i], h->columns * 2 / 5);
}

/* What of them decides, as the sum of the categories does. */
static void least(struct human *h)
{
	const struct rep_part *p = rep_least_critical(h->s);
	char number[REP_NUMBER];

	if (p == NULL)
		return;
	hum_put(h, TERM_DIM, "  least of the critical: ");
	hum_put(h, TERM_BOLD, p->has_score ? rep_tenths(p->score, number) : "none");
	hum_put(h, TERM_DIM, ", ");
	hum_cell(h, TERM_PLAIN, span_str(p->name), h->columns * 2 / 5, HUM_LEFT);
	hum_end(h);
}

void hum_parts(struct human *h)
{
	parts(h, "Components", h->s->components, h->s->component_count);
	least(h);
	parts(h, "Owners", h->s->owners, h->s->owner_count);
}
