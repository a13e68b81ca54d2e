// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_JUDGEMENT_H
#define SCANNERS_JUDGEMENT_H

#include "scanners/tree.h"

/*
 * What the rules of the tree leave in the sinks, as bytes, for a later scan of the same
 * files in the same state: findings, skips, what comments allow, which findings are in
 * copies, and what was asked of the disk with its answers. It says nothing where any of
 * these is another by then.
 */

/* Where the first sink stood before the tree was judged. */
struct scan_judgement_mark {
	size_t findings;
	size_t skips;
	uint64_t (*allowed)[SCAN_SCOPES]; /* owned */
};

bool scan_judgement_begin(struct scan_judgement_mark *m, const struct scan_sink *first,
                          size_t rules);
void scan_judgement_end(struct scan_judgement_mark *m);

/* Appends what the judged tree has left in its sink since then. */
void scan_judgement_put(struct buf *out, const struct scan_tree *t,
                        const struct scan_judgement_mark *since);

/* Puts it into the sinks, as if the tree of `t` (rules, top) had been judged; texts are
 * borrowed from `bytes`, which outlive the sinks. False, with the sinks unchanged, if the
 * disk says something else by now, and for other bytes; t->rc tells if memory ran out. */
bool scan_judgement_take(struct span bytes, struct scan_tree *t,
                         struct scan_sink *const *sinks, size_t count);

#endif
