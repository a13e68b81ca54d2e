// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PLACEHOLDER_INTERNAL_H
#define SCANNERS_PLACEHOLDER_INTERNAL_H

#include "scanners/secret_check.h"

/* What the checks of placeholder.h share. */

/* What a check answers where a match is not even a candidate: nothing to explain. */
extern const char placeholder_nothing[];

struct span placeholder_match(const struct scan_hit *hit);
/* What stands on the line in front of the match. */
struct span placeholder_before(const struct scan_hit *hit);
bool placeholder_has(struct span text, const char *what);
/* The list ends at NULL. */
bool placeholder_has_any(struct span text, const char *const *words);

#endif
