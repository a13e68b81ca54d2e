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
struct scan_copies;

/* Reports what is a copy. *out is NULL where nobody asks, or after a failure. */
void scan_duplicate_judge(struct scan_tree *t, struct scan_copies **out);
/* Marks all findings, whoever found them, and keeps in t->copies which files they are in.
 * NULL marks nothing. */
void scan_duplicate_mark(const struct scan_copies *c, struct scan_tree *t,
                         struct scan_sink *const *sinks, size_t count);
void scan_copies_free(struct scan_copies *c);

#endif
