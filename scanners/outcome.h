// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OUTCOME_H
#define SCANNERS_OUTCOME_H

#include "scanners/pass.h"

/*
 * What one file leaves in a sink, as bytes, so that a later scan of the same file puts
 * the same there without reading it: findings, skips, facts, counts. Drops are not among
 * it: they are made where they are asked for. Secrets are redacted in findings already,
 * so no value of one is in it.
 */

/* Where a sink stood before a file. */
struct scan_outcome_mark {
	size_t findings;
	size_t skips;
	size_t seen;
	size_t facts;
	uint64_t code_lines[SCAN_SCOPES];
};

/* The file that the outcome is of; borrowed. */
struct scan_outcome_file {
	struct span path;    /* as of struct scan_source */
	struct span project; /* the same */
	uint64_t bytes;      /* on disk */
};

struct scan_outcome_mark scan_outcome_begin(struct scan_pass *p);

/* Appends what the pass has left in its sink since then, of a file of this scope. */
void scan_outcome_put(struct buf *out, const struct scan_pass *p,
                      const struct scan_outcome_mark *since, enum scan_scope scope);

/*
 * Puts it into a sink, as if the file had been scanned; texts of findings are borrowed
 * from `bytes`, which outlive the sink. False, with the sink unchanged, for bytes that
 * say something else than an outcome under this selection of rules, and without memory.
 */
bool scan_outcome_take(struct span bytes, const struct scan_outcome_file *file,
                       const struct scan_selection *rules, struct scan_sink *sink);

#endif
