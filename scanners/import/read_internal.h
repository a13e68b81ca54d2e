// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_READ_INTERNAL_H
#define SCANNERS_IMPORT_READ_INTERNAL_H

#include "base/buf.h"
#include "import.h"
#include "scanners/lexer.h"

/* Of what is imported; no file system takes a longer path. */
enum { IMPORT_NAME_MAX = 4096 };

/* Tokens over the pieces of the lexer: comments are gone, strings are whole. */
enum import_token_kind {
	IMPORT_END,
	IMPORT_WORD,   /* a name, a keyword, a number */
	IMPORT_STRING, /* text: what it holds; empty unless it is plain */
	IMPORT_MARK,   /* one byte of anything else */
	IMPORT_LINE,   /* the end of a line, where asked for */
};

struct import_token {
	enum import_token_kind kind;
	size_t start;
	size_t end;
	struct span text;
};

struct import_reader {
	struct scan_lexer lexer;
	struct span text;
	bool hosted; /* the text is a page that holds scripts */
	size_t stop; /* no token starts at or behind it */
	bool lines;
	bool over;   /* the sink wants no more */
	bool failed; /* no memory */
	struct scan_piece piece;
	size_t at;
	unsigned backs;
	struct import_token back[2]; /* tokens to give again, the last one first */
	const struct scan_import_sink *sink;
};

void import_reader_init(struct import_reader *r, const struct scan_language *language,
                        struct span text, const struct scan_import_sink *sink);
/* False at the end, with a token of IMPORT_END. */
bool import_next(struct import_reader *r, struct import_token *t);
/* The next import_next gives this token again; at most two wait at a time. */
void import_push_back(struct import_reader *r, const struct import_token *t);
/* Of a name above IMPORT_NAME_MAX it says so instead. */
void import_put(struct import_reader *r, const struct scan_import *found);
void import_say(struct import_reader *r, const char *why);

bool import_is_word(const struct import_token *t, const char *word);
bool import_is_mark(const struct import_token *t, char mark);
/* Steps behind the mark that closes the one just taken: ) ] or }. */
void import_skip_group(struct import_reader *r, char open, char close);

/* Offset behind the start of the last place where one of the words stands, 0 if nowhere;
 * NULL ends them. */
size_t import_last(struct span text, const char *const *words);

/* Does the text include anything? Where the last of it starts, too. */
bool import_c_includes(struct span text, size_t *last);

void import_read_c(struct import_reader *r);
void import_read_go(struct import_reader *r, struct span file_name);
void import_read_java(struct import_reader *r);
void import_read_python(struct import_reader *r);
void import_read_rust(struct import_reader *r);
void import_read_script(struct import_reader *r);
/* False without memory. */
bool import_read_manifest(struct span file_name, struct span text,
                          const struct scan_import_sink *sink);
bool import_is_manifest(struct span file_name);

#endif
