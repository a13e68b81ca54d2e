// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_TREE_DOC_H
#define GATE_COVERAGE_TREE_DOC_H

#include "collect/coverage/tree.h"

/*
 * The tree as text for another machine: all that measuring asks of it, so that a merge of
 * shards measures without the sources. Two listings of one state give one text.
 *
 *   seaworthy coverage tree 1
 *   base REV                                         or "base" alone
 *   owners yes|no                                    is there a CODEOWNERS
 *   SCOPE <tab> LANGUAGE <tab> CODE <tab> NEW CODE <tab> NEW LINES <tab> OWNERS <tab>
 * PATH
 *
 * sorted by path; NEW LINES as "3-5,9", "-" where the file does not differ from the base;
 * control characters and backslashes of the last two as \xHH.
 */

/* Reads every source for its lines of code. */
enum err_code gate_cov_tree_put(struct buf *out, const struct gate_cov_tree *t,
                                const char *base, struct err *err) ERR_CHECKED;
/* `*base` lives in the tree; NULL: there is none. ERR_CORRUPT with the line. */
enum err_code gate_cov_tree_read(struct gate_cov_tree **out, const char **base,
                                 struct span text, struct err *err) ERR_CHECKED;

#endif
