// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "coverage.h"
#include "human_internal.h"

/* Below a check of coverage: its components, and the files to begin with. */

enum { INDENT = 11, FILES = 3, ROWS = 8 };

static void row(struct human *h, const struct rep_coverage_row *r)
{
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%s  ", r->name);
	rep_put_coverage_share(&h->scratch, r);
	if (r->critical)
		buf_puts(&h->scratch, ", critical");
	if (r->owner != NULL && !r->by_owner)
		buf_printf(&h->scratch, ", %s", r->owner);
	hum_wrap(h, (struct hum_par){ .indent = INDENT, .lines = 1 },
	         buf_span(&h->scratch));
}

static void file(struct human *h, const struct rep_coverage_file *f)
{
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%s:%s", f->path, f->not_run);
	hum_wrap(h, (struct hum_par){ .indent = INDENT, .lines = 1, .style = TERM_DIM },
	         buf_span(&h->scratch));
}

void hum_coverage(struct human *h, const struct rep_check *c)
{
	const struct rep_coverage *cov = c->coverage;
	bool all = h->style->verbose;

	if (cov == NULL || (c->state == REP_PASS && !all))
		return;
	for (size_t i = 0; i < cov->row_count && (all || i < ROWS); i++)
		row(h, &cov->rows[i]);
	if (cov->row_count > ROWS && !all)
		hum_wrap(h, (struct hum_par){ .indent = INDENT, .style = TERM_DIM },
		         SPAN_LIT("more components: --verbose"));
	for (size_t i = 0; i < cov->worst_count && (all || i < FILES); i++)
		file(h, &cov->worst[i]);
}
