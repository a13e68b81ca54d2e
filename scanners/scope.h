// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCOPE_H
#define SCANNERS_SCOPE_H

#include "scanners/scanner.h"

/*
 * What a file is for, from its path relative to the project root and the marks that
 * generators leave in what they write. The first that fits, in this order: vendored,
 * generated, test, docs, config; else production.
 */
enum scan_scope scan_scope_of(struct span path, struct span text);

/* How much a finding there counts, to say which of two is the same and counts less. */
int scan_scope_weight(enum scan_scope scope);

#endif
