// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_VIEW_H
#define REPORTS_VIEW_H

#include "base/buf.h"
#include "reports/model.h"

/*
 * What every writer derives from the scorecard in the same way: numbers as text, shares,
 * losses, cleaned test output. Nothing here owns memory beyond the buffers it is given.
 */

#define REP_NUMBER 32 /* room for any number text with its NUL */

/* 712 reads "71.2"; exact. Returns `out`. */
const char *rep_tenths(int64_t tenths, char out[REP_NUMBER]);
/* 8660 reads "0.8660"; exact. Returns `out`. */
const char *rep_tenthousandths(int64_t v, char out[REP_NUMBER]);
/* Seconds with three decimals; not-a-number and negative read "0.000". Returns `out`. */
const char *rep_seconds(double seconds, char out[REP_NUMBER]);
/* The same for people: "1.2 s". */
const char *rep_elapsed(double seconds, char out[REP_NUMBER]);

/* Evidence coverage in tenths of a percent, floored; measured + attested = total as
 * shown, and missing is the rest of 100.0. */
struct rep_shares {
	int64_t total;
	int64_t measured;
	int64_t attested;
	int64_t missing;
};
struct rep_shares rep_coverage_shares(const struct rep_scorecard *s);

/* The check that the cap names: cap_reason up to its first colon; empty without one. */
struct span rep_cap_check(const struct rep_scorecard *s);

/* Number and unit for people: "84.2 %", "3 findings"; trailing zeros of a fraction are
 * left out, and behind a whole part all but two digits. Appends nothing for NULL. */
void rep_put_measure(struct buf *out, const char *number, const char *unit);

/* An RFC 3339 time for people: a midnight in UTC reads as its date. */
struct span rep_date(const char *time);

/* Does the check hold back the score or the decision (neither pass nor n/a)? */
bool rep_is_open(enum rep_state s);
/* Takes the next blocker that stands in the way (not passed, or waived), those of P0
 * first; start with `*at` = 0, NULL at the end. */
const struct rep_blocker *rep_next_blocker(const struct rep_scorecard *s, size_t *at);
/* Points the check could still earn: possible - contribution, 0 for n/a. */
int64_t rep_loss(const struct rep_check *c);
/* The checks with the biggest losses, biggest first, ties in policy order; at most `max`,
 * none without a loss. Returns how many. */
size_t rep_losses(const struct rep_scorecard *s, const struct rep_check **out,
                  size_t max);
/* The title, or the id of a check without one. */
const char *rep_check_title(const struct rep_check *c);
/* NULL if there is none. The search goes round, starting behind the find before (start
 * with `*at` = 0): looking up in the order of the policy costs one step each. */
const struct rep_check *rep_check_find(const struct rep_scorecard *s, const char *id,
                                       size_t *at);
/* Does any check belong to the category? */
bool rep_has_checks(const struct rep_scorecard *s, const struct rep_category *c);
/* Points of 100 that unknown and failed-to-run checks of the category withhold, tenths.
 */
int64_t rep_category_open(const struct rep_scorecard *s, const struct rep_category *c);
/* How many of `width` cells a part of a whole fills, floored; 0..width whatever the
 * numbers. */
size_t rep_portion(int64_t part, int64_t of, size_t width);
/* Sum of what the categories can contribute, tenths. */
int64_t rep_possible_total(const struct rep_scorecard *s);

/* The critical component with the least score, the first of equals; one of which no check
 * speaks is less than any. NULL where none is critical. */
const struct rep_part *rep_least_critical(const struct rep_scorecard *s);

/* Takes the next finding of `rule` from position `*at` on; NULL at the end. */
const struct rep_finding *rep_next_finding(const struct rep_scorecard *s,
                                           const char *rule, size_t *at);

/* Is there anything to say of findings: some, accepted ones, or some that went? */
bool rep_has_findings(const struct rep_scorecard *s);

/* The run before and what the score is since: "2026-11-19 08:00 UTC: CONDITIONAL GO 83.8,
 * now 59.0 (-24.8); the policy is another one". Empty where there is none. */
void rep_put_since(struct buf *out, const struct rep_scorecard *s);
/* A change of points with its sign: "+0.4" "-10.0" "0.0". */
void rep_put_delta(struct buf *out, int64_t tenths);

/* " (score +41.0)", where that is not what is added to the raw score; or nothing. */
void rep_put_rise(struct buf *out, const struct rep_gain *g);
/* "2 new, 1 fixed, 9 unchanged, 3 not compared"; what is 0 is left out, "none" if all
 * are.
 */
void rep_put_trend(struct buf *out, const struct rep_trend *t);
/* The trend of all findings, and what limits it: "2 new, .. since run 2026..; rules that
 * run did not have: a, b and 3 more", or why there is none. Empty where nothing was
 * scanned. */
void rep_put_trend_line(struct buf *out, const struct rep_scorecard *s);

/* The last name of the project's path. */
struct span rep_project_name(const struct rep_scorecard *s);
/* The policy's path, below the project's if it lies there; empty for a built-in one. */
struct span rep_policy_name(const struct rep_scorecard *s);
/* The first line of a text that is not blank; empty for NULL. */
struct span rep_first_line(const char *text);
/* Appends a line of program output without its colour and erase sequences (ESC [ .. m or
 * K); other control characters stay for the caller's escaping. */
void rep_put_uncolored(struct buf *out, struct span line);

#endif
