// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_CHECK_H
#define SCANNERS_SECRET_CHECK_H

#include "base/span.h"

/*
 * Code that a rule's `check` names: it says of a match, with all that is around it,
 * whether it stays. Checksums that a token carries in itself do not drop it when they are
 * wrong: tokens are cut and typed off, and their makers change the form. They prove it
 * when they are right.
 */

enum scan_proof {
	SCAN_UNPROVEN,  /* carries no checksum */
	SCAN_PROVEN,    /* its checksum is right */
	SCAN_DISPROVEN, /* its checksum is wrong */
};

struct scan_hit {
	struct span text; /* all that is searched */
	struct span path; /* from the project's root */
	size_t start;     /* of the match; a check may move both ends */
	size_t end;
	size_t key;            /* the word of a name in front that the rule goes by; */
	size_t key_end;        /* equal: none */
	enum scan_proof proof; /* out */
};

/* NULL if it stays, else why not (static text; empty: it never looked like one). */
typedef const char *scan_check(struct scan_hit *hit);

/* NULL if there is none of that name. */
scan_check *scan_check_named(const char *name);
/* The i-th name in their order, NULL behind the last. */
const char *scan_check_name(size_t i);

/*
 * What every secret has to pass besides its rule's own check: the name in front is a word
 * and no part of one, the value is neither filled in later nor one byte over and over,
 * and no part of a longer blob. `is_exact`: the rule knows the token by its own form, not
 * by a name in front. NULL if it stays, else why not.
 */
const char *scan_secret_check(struct scan_hit *hit, bool is_exact);

#endif
