// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_JSON_INTERNAL_H
#define REPORTS_JSON_INTERNAL_H

#include "coverage.h"
#include "lib/json.h"

/* The key `coverage` of a check (json_coverage.c). */
void rep_json_coverage(struct json_writer *w, const struct rep_coverage *c);

#endif
