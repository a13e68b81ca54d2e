// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_GLYPH_H
#define GATE_CLAIMS_GLYPH_H

#include "base/span.h"

/* Characters of a text, beyond ASCII too. Texts are not empty. */

/* Marks beyond ASCII. */
enum {
	CLAIMS_ARROW = 'A',
	CLAIMS_DASH = 'E', /* between clauses */
	CLAIMS_AT_MOST = 'L',
	CLAIMS_AT_LEAST = 'G',
	CLAIMS_OTHER = '?',
};

/* Bytes of white space that is not ASCII; 0 where there is none, and in an empty text. */
size_t claims_glyph_blank(struct span s);
/* A byte that is no UTF-8 stands for itself. */
size_t claims_glyph_len(struct span s);
/* Letters of other scripts are parts of words; punctuation and signs are marks. */
bool claims_glyph_is_letter(struct span s);
/* An ASCII character itself; for others one of those above, or the one that means the
 * same. */
char claims_glyph_mark(struct span s);

#endif
