// SPDX-License-Identifier: Apache-2.0
#include "coverage.h"

#include "base/str.h"

void rep_put_coverage_share(struct buf *out, const struct rep_coverage_row *r)
{
	if (r->percent == NULL) {
		buf_puts(out, r->unnamed_files > 0 ? "not measured" : "nothing to run");
		return;
	}
	if (r->at_least != NULL && !str_eq(r->at_least, r->percent))
		buf_printf(out, "%s to ", r->at_least);
	buf_printf(out, "%s %% (%llu of %llu)", r->percent, (unsigned long long)r->hit,
	           (unsigned long long)r->total);
}
