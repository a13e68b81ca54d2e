// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_WORDS_H
#define GATE_CLAIMS_WORDS_H

#include "base/buf.h"
#include "claims/glyph.h"
#include "claims/number.h"

/*
 * Words, numbers, dates and marks of a text.
 */

enum claims_token_kind {
	CLAIMS_WORD,
	CLAIMS_NUMBER,
	CLAIMS_DATE, /* "2024-05-01", and no such day too */
	CLAIMS_MARK,
};

struct claims_token {
	enum claims_token_kind kind;
	bool spaced; /* white space before it */
	char mark;   /* '-' for an en dash and a minus, '*' for a cross */
	struct span text;
	struct claims_number number;
	unsigned year, month, day; /* of a date */
};

struct claims_tokens {
	struct claims_token *items; /* owned */
	size_t count;
	size_t cap;
};

void claims_tokens_fini(struct claims_tokens *t);
/* Replaces what is in `t`; false without memory. */
bool claims_tokens_read(struct claims_tokens *t, struct span text);

bool claims_has_digit(struct span s);
/* Is the word one of those, small and with blanks between? */
bool claims_is_word(const struct claims_token *t, const char *words);
bool claims_word_in(struct span word, const char *words);
/* The token with this number, or NULL outside. */
const struct claims_token *claims_token(const struct claims_tokens *t, size_t i);
bool claims_is_mark(const struct claims_token *t, char mark);
bool claims_is_number(const struct claims_token *t);
/* Is it a count: whole, exact, without unit and percent sign? */
bool claims_is_count(const struct claims_token *t);
/* A count in digits or as a word, "three". */
bool claims_count_of(const struct claims_token *t, uint64_t *n);
/* Are all words of one of the phrases in the text? "x|y z", small letters; whole words.
 */
bool claims_says(struct span text, const char *phrases);

#endif
