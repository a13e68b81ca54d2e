// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PLACE_H
#define LIB_PLACE_H

#include "base/buf.h"

/*
 * A place in a text as people count it: line and column from 1, columns in bytes; an
 * offset past the end means the end. A place may be moved on, so that visiting many in
 * order costs one pass.
 */
struct place {
	size_t line;
	size_t column;
	size_t offset;
};

#define PLACE_INIT      \
	{               \
		1, 1, 0 \
	}

struct place place_of(struct span text, size_t offset);
/* The same for where a reader stopped: behind the last word of the text, where it wants
 * more than there is, and not lines below it. */
struct place place_of_fault(struct span text, size_t offset);
/* Moves to `offset`; starts over when that lies before. */
void place_move(struct place *p, struct span text, size_t offset);
/*
 * Appends the line that holds the place and a second line with a caret below it, each
 * after a newline and two blanks. Long lines are shown around the place only, in at most
 * `columns`.
 */
void place_quote(struct buf *out, struct span text, struct place p, size_t columns);

#endif
