// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OUTCOME_INTERNAL_H
#define SCANNERS_OUTCOME_INTERNAL_H

#include "base/wire.h"
#include "scanners/outcome.h"

/* Findings and skips as bytes, for outcomes of files and judgements of trees. */

struct outcome_reader {
	struct wire w;
	const struct scan_outcome_file *file;
	struct scan_outcome_file own; /* where `file` has no other home */
	const struct scan_selection *rules;
	struct scan_sink *sink;
	enum scan_scope scope;
	struct span path; /* the sink's copy, once it is needed */
};

void outcome_put_skip(struct buf *out, const struct scan_selection *rules,
                      const struct scan_skip *s);
void outcome_put_finding(struct buf *out, const struct scan_selection *rules,
                         const struct scan_finding *f);

/* All fail the wire, or return false, for what makes no sense. */
size_t outcome_take_count(struct wire *w, size_t least);
enum scan_scope outcome_take_scope(struct wire *w);
size_t outcome_take_rule(struct outcome_reader *r);
bool outcome_take_skip(struct outcome_reader *r);
bool outcome_take_finding(struct outcome_reader *r);

#endif
