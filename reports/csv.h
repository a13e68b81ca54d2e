// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_CSV_H
#define REPORTS_CSV_H

#include "reports/model.h"

#include "base/buf.h"

/* Comma-separated values (RFC 4180), rows ended by CR LF. */

/* A text in quotes. What a spreadsheet would take for a formula becomes text by a leading
 * apostrophe, and a byte that is not UTF-8 U+FFFD. */
void rep_csv_text(struct buf *out, const char *text);

/* A row a check, in policy order; columns as in exports of the specification:
 * id,category,weight,state,value,contribution,measured,target,unit,blocker,message. */
enum err_code rep_csv_checks(const struct rep_scorecard *s, struct buf *out,
                             struct err *err) ERR_CHECKED;

#endif
