// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_OPENMETRICS_H
#define REPORTS_OPENMETRICS_H

#include "base/buf.h"

/* OpenMetrics text 1.0: what Prometheus reads from a file, and GitLab shows as metrics of
 * a merge request. */

/* name="text" with the three escapes that a label has. */
void rep_metric_label(struct buf *out, const char *name, const char *text);

#endif
