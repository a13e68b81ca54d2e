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
	STOP_JSX = 16,    /* may open an element */
	STOP_BRACKET = 8, /* counts where the language asks for it */
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
	/* Nearly always the first byte tells. */
	for (; *mark != '\0'; mark++, pos++)
		if (pos >= x->region || x->text.ptr[pos] != *mark)
			return false;
	return true;
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

/* ---- lex_comment.c, lex_literal.c: what the tables say. Does it start at pos? ---- */

bool lexer_comment(const struct scan_lexer *x, size_t start, size_t pos,
                   struct scan_piece *out);
bool lexer_quote(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out);
/* Goes on with the string whose hole closes at pos. */
void lexer_quote_rest(struct scan_lexer *x, const struct scan_frame *frame, size_t pos,
                      struct scan_piece *out);

/* ---- what no row can say ---- */

/*
 * Does it start at pos, where one of the bytes `first` stands? A construct that only
 * remembers something (a here-document) gives false. out->start is pos; the others are
 * the construct's to fill.
 */
struct scan_construct {
	const char *first;
	bool (*match)(struct scan_lexer *x, size_t start, size_t pos,
	              struct scan_piece *out);
};

/* lex_special.c */
extern const struct scan_construct lexer_raw_cpp, lexer_raw_hash, lexer_raw_r,
	lexer_long_bracket, lexer_dollar_tag, lexer_quoted_bar, lexer_d_string,
	lexer_regex, lexer_spliced_comment, lexer_directive, lexer_url_call,
	lexer_question_char, lexer_vim_quote, lexer_end_mark, lexer_php_end;
/* lex_operator.c */
extern const struct scan_construct lexer_perl_operator, lexer_ruby_operator, lexer_sigil,
	lexer_sed;
/* lex_heredoc.c */
extern const struct scan_construct lexer_heredoc_shell, lexer_heredoc_tight,
	lexer_heredoc_php, lexer_heredoc_puppet, lexer_heredoc_racket;
/* lex_guest.c */
extern const struct scan_construct lexer_yaml_block, lexer_recipe, lexer_function_body;
/* lex_tex.c */
extern const struct scan_construct lexer_tex;

/* A literal from out->start with `open` bytes of opening mark, to the closing mark or the
 * end of the region. */
bool lexer_until(const struct scan_lexer *x, size_t open, struct span close,
                 struct scan_piece *out);
/* Where the word that ends at pos starts. */
size_t lexer_word_start(const struct scan_lexer *x, size_t start, size_t pos);
bool lexer_word_is(struct span word, const char *const *words);
/* Does what no letter touches stand here, in either case? */
bool lexer_looks_caseless(const struct scan_lexer *x, size_t pos, const char *word);
/* Is white space, but no line end, straight before and nothing behind the operator: does
 * it start the argument of a call without brackets? */
bool lexer_command_call(const struct scan_lexer *x, size_t start, size_t pos,
                        size_t behind);

/* The text [at, end), at or behind the end of the piece in hand, is another language, or
 * with NULL one string. */
void lexer_invite(struct scan_lexer *x, const char *language, size_t at, size_t end);
/* lex_heredoc.c; at a line feed: the body of a waiting here-document, if there is one. */
bool lexer_heredoc_body(struct scan_lexer *x, size_t pos, struct scan_piece *out);

/* ---- lex_jsx.c ---- */

bool lexer_jsx_open(struct scan_lexer *x, size_t start, size_t pos);
bool lexer_jsx_next(struct scan_lexer *x, struct scan_piece *out);

/* ---- documents with other languages inside ---- */

/* Gives [x->pos, end) as a piece of the document itself. */
bool lexer_text(struct scan_lexer *x, enum scan_piece_kind kind, size_t end,
                struct scan_piece *out);
/* Enters the region up to `end`; text stays text if the language is unknown. */
bool lexer_enter_region(struct scan_lexer *x, const struct scan_language *language,
                        size_t end, struct scan_piece *out);
/* The start of the next line, or the end. */
size_t lexer_next_line(const struct scan_lexer *x, size_t pos);

bool lexer_markdown(struct scan_lexer *x, struct scan_piece *out); /* lex_markdown.c */
bool lexer_markup(struct scan_lexer *x, struct scan_piece *out);   /* lex_markup.c */
/* Behind the comment that starts at pos. */
size_t lexer_html_comment_end(const struct scan_lexer *x, size_t pos);
bool lexer_islands(struct scan_lexer *x, struct scan_piece *out); /* lex_island.c */
/* lex_document.c */
bool lexer_rst(struct scan_lexer *x, struct scan_piece *out);
bool lexer_asciidoc(struct scan_lexer *x, struct scan_piece *out);
bool lexer_org(struct scan_lexer *x, struct scan_piece *out);

#endif
