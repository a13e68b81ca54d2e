// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_WRITERS_H
#define REPORTS_WRITERS_H

#include "reports/report.h"

/* The writers behind rep_formats (report.h states their contract), and what each calls
 * first. */

enum err_code rep_write_badge(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err);
enum err_code rep_write_github(const struct rep_scorecard *s,
                               const struct rep_style *style, struct buf *out,
                               struct err *err);
enum err_code rep_write_html(const struct rep_scorecard *s, const struct rep_style *style,
                             struct buf *out, struct err *err);
enum err_code rep_write_human(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err);
enum err_code rep_write_json(const struct rep_scorecard *s, const struct rep_style *style,
                             struct buf *out, struct err *err);
enum err_code rep_write_jsonl(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err);
enum err_code rep_write_junit(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err);
enum err_code rep_write_markdown(const struct rep_scorecard *s,
                                 const struct rep_style *style, struct buf *out,
                                 struct err *err);
enum err_code rep_write_openmetrics(const struct rep_scorecard *s,
                                    const struct rep_style *style, struct buf *out,
                                    struct err *err);

/* ERR_CORRUPT for a scorecard whose own table does not add up. */
enum err_code rep_check_sums(const struct rep_scorecard *s, struct err *err) ERR_CHECKED;

#endif
