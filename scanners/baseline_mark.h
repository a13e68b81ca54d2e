// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_BASELINE_MARK_H
#define SCANNERS_BASELINE_MARK_H

#include "scanners/baseline.h"
#include "scanners/finding.h"
#include "scanners/sight.h"

/* Compares what a scan has found with the baseline. */

struct scan_comparison {
	struct scan_baseline *baseline; /* its entries are marked */
	const struct scan_selection *rules;
	struct span below; /* the project's path of what is scanned, with its '/' */
	struct span root;  /* of the project, absolute: names the baseline in findings */
	bool whole;        /* all files of the project were looked at */
	bool vouched;      /* an entry has to say why, and who answers for it */
	int64_t now_ms;
	struct scan_sight *sight; /* of a whole project */
	struct map odd;           /* files by what is shown of their names */
	struct scan_compared *out;
};

/* Gives the findings of one sink their state. */
enum err_code scan_baseline_mark(struct scan_comparison *c, struct scan_sink *sink,
                                 struct err *err) ERR_CHECKED;
/* When all sinks are marked: counts the entries that no finding fits, and adds a finding
 * for each if that rule runs. */
enum err_code scan_baseline_unused(struct scan_comparison *c, struct scan_sink *sink,
                                   struct err *err) ERR_CHECKED;
void scan_comparison_fini(struct scan_comparison *c);

#endif
