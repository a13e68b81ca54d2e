// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SECRET_NAME_H
#define SCANNERS_SECRET_NAME_H

#include "base/span.h"

/* What the name in front of a value says about it. Pure. */

/* Does a word start at `start`, so that [start, end) is no part of a longer one? A
 * capital behind a small letter opens a word, as in "imageSecretJfrog". */
bool scan_name_starts(struct span text, size_t start);

/* The whole name that holds [start, end): letters, digits, '_', '-', '.', '$'. */
struct span scan_name_around(struct span text, size_t start, size_t end);

enum scan_name_kind {
	SCAN_NAME_OTHER,  /* not of a secret: "publicKey", "token_file", "monkey" */
	SCAN_NAME_WEAK,   /* maybe: "key", "auth" */
	SCAN_NAME_SECRET, /* "apiToken", "client_secret", "DB_PASSWORD" */
};
enum scan_name_kind scan_name_kind(struct span name);

#endif
