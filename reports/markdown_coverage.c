// SPDX-License-Identifier: Apache-2.0
#include "coverage.h"
#include "markdown_internal.h"

/* Coverage, check by check: a table of components and one of files. */

enum { FILES = 10 };

static void share(struct md *m, const struct rep_coverage_row *r)
{
	struct buf text = BUF_INIT;

	rep_put_coverage_share(&text, r);
	md_text(m, buf_str(&text));
	m->block.failed |= text.failed;
	buf_fini(&text);
}

static void heading(struct md *m, const struct rep_check *c)
{
	md_raw(m, "#### ");
	md_code(m, c->id);
	md_raw(m, ": ");
	share(m, &c->coverage->all);
	md_raw(m, c->coverage->new_code ? " of new " : " of ");
	md_text(m, c->coverage->measure);
	md_raw(m, "\n\n");
	(void)md_flush(m);
}

static void rows(struct md *m, const struct rep_coverage *c)
{
	if (c->row_count == 0)
		return;
	md_raw(m, "| Component | Owner | Ran |\n| :-- | :-- | --: |\n");
	if (!md_flush(m))
		return;
	for (size_t i = 0; i < c->row_count; i++) {
		md_raw(m, "| ");
		md_text(m, c->rows[i].name);
		md_raw(m, c->rows[i].critical ? " (critical) | " : " | ");
		md_text(m, c->rows[i].owner);
		md_raw(m, " | ");
		share(m, &c->rows[i]);
		md_raw(m, " |\n");
		(void)md_flush(m);
	}
	md_raw(m, "\n");
	(void)md_flush(m);
}

static void files(struct md *m, const struct rep_coverage *c)
{
	if (c->worst_count == 0)
		return;
	md_raw(m,
	       "| File | Ran | of | Lines that did not |\n| :-- | --: | --: | :-- |\n");
	if (!md_flush(m))
		return;
	for (size_t i = 0; i < c->worst_count && i < FILES; i++) {
		md_raw(m, "| ");
		md_code(m, c->worst[i].path);
		md_raw(m, " | ");
		md_number(m, c->worst[i].hit);
		md_raw(m, " | ");
		md_number(m, c->worst[i].total);
		md_raw(m, " | ");
		md_text(m, c->worst[i].not_run);
		md_raw(m, " |\n");
		(void)md_flush(m);
	}
	md_raw(m, "\n");
	(void)md_flush(m);
}

void md_coverage(struct md *m)
{
	bool first = true;

	for (size_t i = 0; i < m->s->check_count; i++) {
		const struct rep_check *c = &m->s->checks[i];

		if (c->coverage == NULL)
			continue;
		if (first)
			md_raw(m, "### Coverage\n\n");
		first = false;
		heading(m, c);
		rows(m, c->coverage);
		files(m, c->coverage);
	}
}
