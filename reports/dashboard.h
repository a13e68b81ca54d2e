// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_DASHBOARD_H
#define REPORTS_DASHBOARD_H

#include "base/buf.h"
#include "reports/model.h"

/*
 * The pages of `seaworthy serve`: all projects, and the history of one. They load one
 * style and one script from the same server and nothing else. Without the script their
 * lists cannot be filtered, and say all the same.
 */

#define REP_DASHBOARD_POLICY                                        \
	"default-src 'none'; style-src 'self'; script-src 'self'; " \
	"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

struct rep_dashboard_run {
	const char *run;
	int64_t started_ms;
	enum rep_decision decision;      /* as it stands, with what was signed since */
	enum rep_decision recorded;      /* as the run had it */
	int64_t final, lower, upper;     /* tenths */
	int64_t coverage_tenthousandths; /* 0..10,000 */
	const char *commit;              /* or NULL, as branch */
	const char *branch;
	bool is_signed;
	bool kept; /* its folder is still there: it has a page */
};

struct rep_dashboard_project {
	const char *slug; /* of its address: letters, digits, - _ . */
	const char *name;
	const char *path;
	const char *trouble; /* why its history cannot be shown, or not all; NULL */
	const struct rep_dashboard_run *runs; /* newest first */
	size_t count;
	uint64_t all; /* that the limit left out included */
};

/* Both fail with ERR_NOMEM only. */
enum err_code rep_dashboard(const struct rep_dashboard_project *projects, size_t count,
                            struct buf *out, struct err *err) ERR_CHECKED;
enum err_code rep_dashboard_project(const struct rep_dashboard_project *p,
                                    struct buf *out, struct err *err) ERR_CHECKED;
/* Style and script of both, as they stand. */
void rep_dashboard_style(struct buf *out);
void rep_dashboard_script(struct buf *out);
/* The content security policy of a scorecard page. */
const char *rep_scorecard_policy(void);

#endif
