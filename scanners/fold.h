// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FOLD_H
#define SCANNERS_FOLD_H

#include "scanners/engine.h"

/*
 * Several rules may know the same bytes for a secret. The one that knows them best stays:
 * a token's own form before a name in front, both before a rule that yields; among equals
 * the longer one. Where nothing tells two kinds apart (a key and a secret of one form)
 * both stay.
 */

/* Takes out of `items`, sorted by the start of their values, what gives way. Rules that
 * are no secrets are left alone. */
void scan_fold(const struct scan_rule *rules, struct scan_found *items, size_t *count);

#endif
