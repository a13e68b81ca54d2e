// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_WORDS_H
#define GATE_CLAIMS_WORDS_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Words, numbers and marks of a text. A number is a quantity: what belongs to a name or a
 * version ("UTF-8", "v2", "1.2.3", "#12", "12:30", "007") is a word.
 */

enum claims_bound {
	CLAIMS_EXACT,
	CLAIMS_ABOUT, /* "~22", "about 22" */
	CLAIMS_OVER,  /* "22+", "at least 22" */
	CLAIMS_UNDER, /* "< 22", "up to 22" */
};

enum { CLAIMS_DIGITS_MAX = 18, CLAIMS_DECIMALS_MAX = 9 };

struct claims_number {
	uint64_t mantissa;
	unsigned decimals; /* value = mantissa / 10^decimals */
	bool negative;
	bool plus; /* "+5" */
	bool percent;
	bool currency;
	bool grouped; /* "1,234" */
	bool comma;   /* "71,2" */
	enum claims_bound bound;
	struct span unit; /* "ms" of "5ms"; without that of the percent sign */
};

enum claims_token_kind {
	CLAIMS_WORD,
	CLAIMS_NUMBER,
	CLAIMS_DATE, /* "2024-05-01", and no such day too */
	CLAIMS_MARK,
};

/* Marks beyond ASCII. */
enum {
	CLAIMS_ARROW = 'A',
	CLAIMS_DASH = 'E', /* between clauses */
	CLAIMS_AT_MOST = 'L',
	CLAIMS_AT_LEAST = 'G',
	CLAIMS_OTHER = '?',
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
