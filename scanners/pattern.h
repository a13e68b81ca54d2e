// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PATTERN_H
#define SCANNERS_PATTERN_H

#include "scanners/engine.h"
#include "scanners/pass.h"

/*
 * Rules with a pattern, or words of no marker, on their way through one file: found
 * before it is lexed, confirmed, then placed in the piece of text that holds them.
 */

/* Looks for all of them, and for marks of hardcoded values if asked to; p->found and
 * p->kept are those of the file then. */
void scan_pattern_look(struct scan_pass *p, bool marks);
/* Confirms what was found in a text, which is that of the file or was decoded out of it,
 * and says in --explain-drops why not, at `at` of the file. */
bool scan_pattern_stands(struct scan_pass *p, struct span text, struct scan_found *f,
                         size_t at);
void scan_pattern_keep(struct scan_pass *p, const struct scan_found *f);
/* Looks into what other text hides, and keeps it as a match of all that hides it. */
void scan_pattern_decode(struct scan_pass *p);
void scan_pattern_layers_free(struct scan_layer *layers);

/* Reports what starts in the piece and belongs there. Pieces come in order. */
void scan_pattern_piece(struct scan_pass *p, const struct scan_piece *piece);
/* Reports what is left: all of a file of unknown language. */
void scan_pattern_rest(struct scan_pass *p);

/* A copy in the sink's memory of the text from `start` to `end` without its secrets. */
struct span scan_pattern_hide(struct scan_pass *p, size_t start, size_t end);
/* Appends a text that was made of what stands around `start`, without their secrets. */
void scan_pattern_hide_text(const struct scan_pass *p, size_t start, struct span text,
                            struct buf *out);

#endif
