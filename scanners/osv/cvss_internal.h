// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_CVSS_INTERNAL_H
#define SCANNERS_OSV_CVSS_INTERNAL_H

#include "base/span.h"

/* cvss4.c: the base score of "CVSS:4.0/AV:N/..", in tenths; -1 where there is none. */
int scan_cvss4_score(struct span vector);

#endif
