// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_LEXER_H
#define SCANNERS_LEXER_H

#include "base/span.h"
#include "scanners/language.h"

#include <stdint.h>

/*
 * Cuts a text into code, comments and strings by the table of its language: one pass,
 * linear time, no memory beyond the struct. The pieces follow one another without a gap
 * and end with the text, whatever the bytes are. Languages inside others (fences in
 * Markdown, scripts in HTML, PHP) are lexed as what they are.
 *
 * Where a text is wrong in its language the lexer recovers: a string that may not span
 * lines ends with its line; code inside strings is followed to a bounded depth.
 */

enum scan_piece_kind {
	SCAN_CODE,
	SCAN_COMMENT,
	SCAN_DOC, /* a comment or a string that documents */
	SCAN_STRING,
	SCAN_TEXT, /* prose of a document */
};

struct scan_piece {
	enum scan_piece_kind kind;
	size_t start;
	size_t end;
	size_t open;  /* bytes of delimiters at the start of a string */
	size_t close; /* and at its end; 0 where it is cut off */
	const struct scan_language *language;
};

enum { SCAN_LEXER_DEPTH = 48, SCAN_LEXER_HEREDOCS = 4 };

/* Something that code is inside of. */
struct scan_frame {
	unsigned char kind;
	unsigned char quote; /* index of the quote to go on with */
	char close;          /* byte that ends the code */
	unsigned char marks; /* of the string: quotes that close it, braces of a hole */
	unsigned flags;      /* of the string, as its prefix left them */
	unsigned holes;
	unsigned braces; /* open ones inside the code */
};

/* A here-document that waits for its line. */
enum scan_heredoc_end {
	SCAN_HEREDOC_LINE,   /* the word is the line, but for signs behind it */
	SCAN_HEREDOC_WORD,   /* no letter follows the word (PHP) */
	SCAN_HEREDOC_MARGIN, /* "| - word" (Puppet) */
};

struct scan_heredoc {
	struct span word;
	enum scan_heredoc_end end;
	bool indented;
};

struct scan_lexer {
	struct span text;
	const struct scan_language *language; /* of the region in hand */
	const struct scan_language *outer;    /* of the whole, where it embeds others */
	size_t region;                        /* end of the region in hand */
	size_t first;                         /* offset behind a byte order mark */
	size_t begin;                         /* where the region in hand began */
	size_t pos;
	size_t operand; /* end of the last piece that is a value (a string), 0 if none */
	size_t code;    /* end of the last byte of code that is no space, 0 if none */
	struct scan_piece pending;
	bool has_pending;
	bool in_code;        /* of an embedding text: the region is another language */
	bool in_tag;         /* of markup */
	char tag_quote;      /* the attribute in hand goes on after an island, or 0 */
	const char *element; /* a script whose end is still to come */
	size_t island_at;    /* where the next island starts, or the end */
	const struct scan_island *island;
	size_t fence; /* marks of the fence of Markdown that is open, 0 if none */
	char fence_mark;
	bool fence_body; /* its body comes next, else its closing line */
	unsigned depth;
	unsigned heredocs;
	struct scan_heredoc heredoc[SCAN_LEXER_HEREDOCS];
	/* A region inside the one in hand: where it starts, and what to go back to. */
	const struct scan_language *guest;
	size_t guest_at;
	size_t guest_end;
	const struct scan_language *host;
	size_t host_end;
	unsigned brackets;   /* that are open, where the language asks for it */
	uint64_t control;    /* one bit each: does it hold a condition? */
	bool behind_control; /* the bracket that closed last held one */
	bool ended;          /* behind the end of the code (__END__) */
	/* What was looked for in vain is not looked for again: keeps time linear. */
	size_t regex_from;                 /* no regular expression starts before */
	bool brackets_off;                 /* no more q(..) */
	const struct scan_language *embed; /* what the next region will be */
	struct scan_frame frames[SCAN_LEXER_DEPTH];
	unsigned char stops[256]; /* bytes at which code has to be looked at */
};

void scan_lexer_init(struct scan_lexer *x, const struct scan_language *language,
                     struct span text);
/* The next piece; false at the end. No piece is empty. */
bool scan_lexer_next(struct scan_lexer *x, struct scan_piece *out);

#endif
