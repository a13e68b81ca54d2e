// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_VERSION_H
#define SCANNERS_VERSION_H

#include "base/buf.h"

/*
 * The orders in which package ecosystems put their versions. A version is compiled to a
 * key once; keys of one order are then compared without looking at the text again. The
 * empty key is before every version.
 */

enum scan_order {
	SCAN_ORDER_NONE,   /* not known: versions are only equal, by their text */
	SCAN_ORDER_SEMVER, /* npm, crates.io, Go, Hex, Pub, .. */
	SCAN_ORDER_PEP440,
	SCAN_ORDER_MAVEN,
	SCAN_ORDER_DEBIAN,
	SCAN_ORDER_GEM,
	SCAN_ORDER_NUGET,
	SCAN_ORDER_PACKAGIST,
};
#define SCAN_ORDERS 8

/* Longer versions are malformed. */
enum { SCAN_VERSION_MAX = 255 };

/*
 * Appends the key. False, and nothing appended, for a version that the order does not
 * have: such a version is in no range, and equals only its own text.
 */
bool scan_version_key(enum scan_order order, struct span version, struct buf *key);
/* Of two keys of this order: <0, 0, >0. */
int scan_version_compare(enum scan_order order, struct span a, struct span b);

#endif
