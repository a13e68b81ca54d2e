// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_MARKUP_H
#define REPORTS_MARKUP_H

#include "base/buf.h"

/*
 * Text of the project inside HTML, XML and SVG: it means nothing to their parsers, in
 * elements and in attributes, and has no character that XML 1.0 forbids. `shown` and
 * `plain` are scratch, so that a page does not allocate for every word; whoever owns
 * them checks them once at the end.
 */

/* One line; line ends read \n. */
void rep_markup_span(struct buf *out, struct buf *shown, struct span text);
/* Program output or a message of several lines, without its colours, for an element that
 * keeps line ends; NULL is nothing. */
void rep_markup_lines(struct buf *out, struct buf *shown, struct buf *plain,
                      const char *text);

#endif
