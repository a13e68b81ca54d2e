// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_JSON_INTERNAL_H
#define REPORTS_JSON_INTERNAL_H

#include "coverage.h"
#include "lib/json.h"
#include "reports/model.h"

/* The keys of what the JSON report and its lines both say, into an object that is open.
 */
void rep_json_head(struct json_writer *w, const struct rep_scorecard *s);
void rep_json_condition(struct json_writer *w, const struct rep_condition *c);
void rep_json_blocker(struct json_writer *w, const struct rep_blocker *b);
void rep_json_category(struct json_writer *w, const struct rep_category *c);
void rep_json_component(struct json_writer *w, const struct rep_part *p);
void rep_json_owner(struct json_writer *w, const struct rep_part *p);
void rep_json_check(struct json_writer *w, const struct rep_check *c);
void rep_json_gain(struct json_writer *w, const struct rep_gain *g);
void rep_json_suite(struct json_writer *w, const struct rep_suite *u);
void rep_json_times(struct json_writer *w, const struct rep_scorecard *s);
/* The keys `roles` and `signoffs`, and `waivers`. */
void rep_json_signoffs(struct json_writer *w, const struct rep_scorecard *s);
void rep_json_waivers(struct json_writer *w, const struct rep_scorecard *s);
/* The key `findings`. */
void rep_json_findings(struct json_writer *w, const struct rep_scorecard *s);

/* The key `coverage` of a check (json_coverage.c). */
void rep_json_coverage(struct json_writer *w, const struct rep_coverage *c);

#endif
