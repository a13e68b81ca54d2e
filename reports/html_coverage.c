// SPDX-License-Identifier: Apache-2.0
#include "coverage.h"
#include "html_internal.h"

#include <inttypes.h>

/* In the body of a check of coverage: its components and files. */

enum { FILES = 50 };

static void row(struct html *h, const struct rep_coverage_row *r)
{
	struct buf text = BUF_INIT;

	htm_raw(h, "<tr><td>");
	htm_text(h, r->name);
	htm_raw(h, r->critical ? " (critical)</td><td>" : "</td><td>");
	htm_text(h, r->owner);
	htm_raw(h, "</td><td>");
	rep_put_coverage_share(&text, r);
	htm_text(h, buf_str(&text));
	htm_raw(h, "</td></tr>\n");
	h->out->failed |= text.failed;
	buf_fini(&text);
}

static void rows(struct html *h, const struct rep_coverage *c)
{
	if (c->row_count == 0)
		return;
	htm_raw(h, "<h4>Components</h4>\n<table class=\"plain\">"
	           "<thead><tr><th>Component</th><th>Owner</th><th>Ran</th>"
	           "</tr></thead><tbody>\n");
	for (size_t i = 0; i < c->row_count; i++)
		row(h, &c->rows[i]);
	htm_raw(h, "</tbody></table>\n");
}

static void files(struct html *h, const struct rep_coverage *c)
{
	if (c->worst_count == 0)
		return;
	htm_raw(h, "<h4>Not run</h4>\n<table class=\"plain\"><thead>"
	           "<tr><th>File</th><th>Ran</th><th>of</th>"
	           "<th>Lines that did not</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < c->worst_count && i < FILES; i++) {
		const struct rep_coverage_file *f = &c->worst[i];

		htm_raw(h, "<tr><td><code>");
		htm_text(h, f->path);
		buf_printf(h->out,
		           "</code></td><td>%" PRIu64 "</td><td>%" PRIu64 "</td><td>",
		           f->hit, f->total);
		htm_text(h, f->not_run);
		htm_raw(h, "</td></tr>\n");
	}
	htm_raw(h, "</tbody></table>\n");
}

void htm_coverage(struct html *h, const struct rep_coverage *c)
{
	if (c == NULL)
		return;
	rows(h, c);
	files(h, c);
}
