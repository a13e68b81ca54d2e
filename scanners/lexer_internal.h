// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LEXER_INTERNAL_H
#define SCANNERS_LEXER_INTERNAL_H

#include "lexer.h"

#include <string.h>

/* The parts of the lexer. Positions are offsets into x->text, never beyond x->region. */

enum scan_frame_kind { FRAME_HOLE, FRAME_JSX_TAG, FRAME_JSX_CHILDREN, FRAME_JSX_CODE };

enum scan_stop {
	STOP_OPEN = 1,    /* may open a comment, a string or another construct */
	STOP_BRACE = 2,   /* counts while code is inside a string or an element */
	STOP_NEWLINE = 4, /* matters while a here-document waits */
};

/* ---- lexer.c ---- */

/* Starts lexing [pos, end) as `language`, with nothing open. */
void lexer_enter(struct scan_lexer *x, const struct scan_language *language, size_t end);
bool lexer_next_in_region(struct scan_lexer *x, struct scan_piece *out);

/* The byte at a position, or -1 outside the region. */
static inline int lexer_at(const struct scan_lexer *x, size_t pos)
{
	return pos < x->region ? (unsigned char)x->text.ptr[pos] : -1;
}

static inline struct span lexer_rest(const struct scan_lexer *x, size_t pos)
{
	return span_of(x->text.ptr + pos, x->region - pos);
}

static inline bool lexer_looks(const struct scan_lexer *x, size_t pos, const char *mark)
{
	size_t n = strlen(mark);

	return n <= x->region - pos && memcmp(x->text.ptr + pos, mark, n) == 0;
}

/* The line feed at or behind a position, or the end. */
static inline size_t lexer_line_end(const struct scan_lexer *x, size_t pos)
{
	return pos + span_find_byte(lexer_rest(x, pos), '\n');
}

static inline bool lexer_is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static inline bool lexer_is_word(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

/*
 * End of the last byte before `pos` that is code or closes a string: what decides whether
 * a value or an operator comes next. `start` is where the code in hand began. 0 if none.
 */
size_t lexer_before(const struct scan_lexer *x, size_t start, size_t pos);
/* Is there only white space between the start of the line and the position? */
bool lexer_first_on_line(const struct scan_lexer *x, size_t start, size_t pos);
/* May a value (not an operator) stand here? */
bool lexer_value_position(const struct scan_lexer *x, size_t start, size_t pos);

/* ---- lex_literal.c: what the tables say. Each: does it start at pos? ---- */

bool lexer_comment(const struct scan_lexer *x, size_t start, size_t pos,
                   struct scan_piece *out);
bool lexer_quote(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out);
/* Goes on with the string whose hole closes at pos. */
void lexer_quote_rest(struct scan_lexer *x, const struct scan_frame *frame, size_t pos,
                      struct scan_piece *out);

/* ---- lex_special.c: what no table says ---- */

bool lexer_special(struct scan_lexer *x, size_t start, size_t pos,
                   struct scan_piece *out);
/* At a line feed: the body of a waiting here-document, if there is one. */
bool lexer_heredoc_body(struct scan_lexer *x, size_t pos, struct scan_piece *out);
/* Bytes that open something for a language's features. */
void lexer_special_stops(struct scan_lexer *x);

/* ---- lex_jsx.c ---- */

bool lexer_jsx_open(struct scan_lexer *x, size_t start, size_t pos);
bool lexer_jsx_next(struct scan_lexer *x, struct scan_piece *out);

/* ---- lex_embed.c: documents with other languages inside ---- */

bool lexer_markdown_next(struct scan_lexer *x, struct scan_piece *out);
bool lexer_markup_next(struct scan_lexer *x, struct scan_piece *out);
bool lexer_php_next(struct scan_lexer *x, struct scan_piece *out);

#endif
