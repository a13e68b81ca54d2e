// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HARDCODED_PLACE_H
#define SCANNERS_HARDCODED_PLACE_H

#include "scanners/pass.h"

/*
 * Where a value stands, which tells whether the program uses it or only speaks of it:
 *
 *	if (strcmp(host, "see https://acme.io/ for more") == 0)
 *	^^^^^^^^^^^^^^^^^ ^^^^                ^^^^^^^^^  ^^^^^^^
 *	before            head                tail       after
 *
 * All on one line and borrowed; a value of a configuration file has nothing after it.
 */
struct scan_place {
	struct span before;
	struct span head;
	struct span tail;
	struct span after;
};

enum { SCAN_AFTER_MAX = 32 };

/* Is it what something is compared with or looked for? To ask whether a host is the local
 * one fixes no address. */
bool scan_place_compares(struct scan_pass *p, const struct scan_place *at);
/* Is the whole string the key of a mapping or of a look-up? */
bool scan_place_is_key(const struct scan_place *at);
/* Does the URL lead readers, name a name space or say where a text is explained? */
bool scan_place_links(struct scan_pass *p, const struct scan_place *at);
/* Is it one of many numbers, as in the path of a drawing? */
bool scan_place_is_numbers(const struct scan_place *at);
/* Is it a name to be filled in, as in "--domain <NAME>"? */
bool scan_place_is_blank(const struct scan_place *at);
/* Is it set apart for a reader, as in "<code>NAME</code>"? */
bool scan_place_is_shown(const struct scan_place *at);
/* Does the code in front carry the value as a name, as in flag(&fake, "fake"),
 * dummyVfs.name = "dummy" and "case KindFake:" on the line above return "fake"? */
bool scan_place_repeats(const struct scan_pass *p, const struct scan_place *at,
                        struct span value);

#endif
