// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DUPLICATE_H
#define SCANNERS_DUPLICATE_H

#include "scanners/tree.h"

/*
 * The rules duplicate.*: folders that are equal in every file below them, told once at
 * the topmost, and single files that are copies under the same name. Only files that are
 * equal in name and size are read again. Findings of other rules in a copy get
 * "duplicate_of" in their details, and are marked as not to be counted again.
 */
void scan_duplicate_judge(struct scan_tree *t, struct scan_sink *const *sinks,
                          size_t count);

#endif
