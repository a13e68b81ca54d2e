// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BEADS_H
#define GATE_BEADS_H

#include "reports/findings.h"
#include "roadmap/roadmap.h"

/*
 * The roadmap, blockers and findings of a run as issues of Beads (`.beads/issues.jsonl`):
 * one JSON object a line, sorted by id. A phase is an epic, a task a task below it, a
 * blocker and a group of equal findings (rule, file, message) a bug.
 *
 * Merging is by id, which knows no line number, so that a second export of the same run
 * changes nothing. Of a line that is there already, fields that this does not know stay
 * as they are; lines of others stay byte for byte. What is gone is closed only where the
 * run has looked for it; what was closed by hand and is not gone is opened again.
 */

struct gate_beads {
	const struct gate_roadmap *roadmap;
	const struct rep_findings *findings; /* NULL: the run has not scanned */
	int64_t now_ms;                      /* for what changed */
};

struct gate_beads_counts {
	size_t added;
	size_t changed;
	size_t closed; /* of the changed ones */
	size_t reopened;
	size_t kept; /* as they were, those of others included */
};

/* `existing` is the file's text, empty if there is none. ERR_CORRUPT, naming the line,
 * for one that is no issue: nothing should be written over it then. */
enum err_code gate_beads_merge(const struct gate_beads *b, struct span existing,
                               const char *name, struct buf *out,
                               struct gate_beads_counts *counts,
                               struct err *err) ERR_CHECKED;

#endif
