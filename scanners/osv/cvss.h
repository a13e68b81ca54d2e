// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_CVSS_H
#define SCANNERS_OSV_CVSS_H

#include "record.h"

/* Severity from a CVSS vector: the base score of 3.0, 3.1 and 4.0, "CVSS:3.1/AV:N/..".
 * Unknown for anything else, and for a vector that lacks a base metric. */
enum scan_osv_severity scan_cvss_severity(struct span vector);
/* The base score in tenths, -1 where there is none. */
int scan_cvss_score(struct span vector);

#endif
