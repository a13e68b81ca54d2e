// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_ECOSYSTEM_H
#define SCANNERS_OSV_ECOSYSTEM_H

#include "scanners/version/version.h"

/*
 * Package ecosystems as OSV names them: "npm", "PyPI", "Debian:12". What stands before
 * the colon decides the order of versions and how names are spelled; what stands behind
 * it is a release or a repository.
 */

/* "Debian" of "Debian:12". */
struct span scan_ecosystem_base(struct span ecosystem);
/* The known spelling of a base, or the text itself: "pypi" is "PyPI". */
struct span scan_ecosystem_canonical(struct span base);
/* The i-th of those whose order of versions is known; NULL behind the last. */
const char *scan_ecosystem_name(size_t i);
/* The one that goes by another name elsewhere ("pip", "cargo"), or NULL. */
const char *scan_ecosystem_meant(struct span word);
/* SCAN_ORDER_NONE for an ecosystem that is not known. */
enum scan_order scan_ecosystem_order(struct span base);
/* Is what is said of one true of the other: equal, or one of both without its suffix? */
bool scan_ecosystem_covers(struct span a, struct span b);
/* Appends the name as this ecosystem compares it: PyPI in lower case with single dashes,
 * NuGet and Packagist in lower case, others as they are. */
void scan_ecosystem_put_name(struct buf *out, struct span base, struct span name);

#endif
