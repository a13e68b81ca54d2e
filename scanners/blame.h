// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_BLAME_H
#define SCANNERS_BLAME_H

#include "base/arena.h"
#include "scanners/scanner.h"

/*
 * What a finding says of its history: of a marker its age and author, of any the owner of
 * the file. Ages count to the commit that is checked out, not to the clock, so that equal
 * trees give equal findings.
 */

struct scan_history {
	struct arena *arena; /* for the details */
	struct span folder;  /* absolute, real: what the findings' paths are below */
	const struct scan_rule *rules;
	size_t rule_count;
	bool blame; /* ask git for age and author */
	uint64_t max_file;
	const struct cancel *cancel;
	struct vcs_staged *staged;  /* where CODEOWNERS is read; NULL: on disk */
	const char *trouble;        /* why git could say nothing; NULL if it could */
	const char *owners_trouble; /* why CODEOWNERS could not; the same */
};

/* Findings are sorted by path and line. */
enum err_code scan_history_add(struct scan_history *h, struct scan_finding *findings,
                               size_t count, struct err *err) ERR_CHECKED;

#endif
