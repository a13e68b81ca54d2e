// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_RANGE_H
#define SCANNERS_OSV_RANGE_H

#include "record.h"

/* From the events of an advisory's ranges to intervals of versions. */

struct json;

/*
 * Appends the intervals of all ranges in the list that speak of versions: those of type
 * GIT do not, wherever they stand. A range with a version that its order does not have
 * gives SCAN_OSV_UNREAD, and is counted in *bad.
 */
enum err_code scan_osv_ranges(struct scan_osv_affected *out, size_t *bad,
                              struct arena *arena, enum scan_order order,
                              const struct json *ranges, struct err *err) ERR_CHECKED;

#endif
