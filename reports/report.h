// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include "base/buf.h"
#include "reports/model.h"

/* One writer a format. All append to `out` and fail only with ERR_NOMEM, or ERR_CORRUPT
 * where the scorecard's own table does not add up. */

struct rep_style {
	bool color;     /* human only */
	bool utf8;      /* human only: bars and ticks, else ASCII */
	size_t columns; /* human only */
	bool verbose;
};

struct rep_format {
	const char *name;      /* "json" */
	const char *extension; /* ".json" */
	enum err_code (*write)(const struct rep_scorecard *s,
	                       const struct rep_style *style, struct buf *out,
	                       struct err *err);
	bool parts; /* only findings or only checks: no score */
};

/* All formats, sorted by name; ended by one with name NULL. */
extern const struct rep_format rep_formats[];
const struct rep_format *rep_format_find(const char *name);

#endif
