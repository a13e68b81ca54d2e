// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_MARKDOWN_H
#define LIB_MARKDOWN_H

#include "base/err.h"
#include "base/span.h"

/*
 * Markdown as GitHub reads it (tables, task lists, struck text) over md4c, its only
 * includer. Pushes blocks, spans and pieces of text to callbacks, in the order of the
 * document; nothing is built in memory.
 */

enum markdown_block_kind {
	MARKDOWN_QUOTE,
	MARKDOWN_LIST,
	MARKDOWN_ITEM,
	MARKDOWN_RULE,
	MARKDOWN_HEADING,
	MARKDOWN_CODE,
	MARKDOWN_HTML,
	MARKDOWN_PARAGRAPH, /* of tight lists there is none: their text is the item's */
	MARKDOWN_TABLE,
	MARKDOWN_ROW,
	MARKDOWN_CELL,
};

struct markdown_block {
	enum markdown_block_kind kind;
	unsigned level; /* of a heading: 1 to 6 */
	bool ordered;   /* a list with numbers */
	unsigned start; /* its first one */
	char task;      /* of an item: ' ' or 'x', 0 where it is no task */
	bool head;      /* a cell of the table's head */
};

enum markdown_span_kind {
	MARKDOWN_EMPHASIS,
	MARKDOWN_LINK,
	MARKDOWN_IMAGE,
	MARKDOWN_CODE_SPAN,
	MARKDOWN_STRUCK,
};

enum markdown_text_kind {
	MARKDOWN_TEXT,
	MARKDOWN_BREAK,      /* a new line, meant as one */
	MARKDOWN_SOFT_BREAK, /* a new line that is but a blank */
	MARKDOWN_ENTITY,     /* "&nbsp;" as written */
	MARKDOWN_VERBATIM,   /* of code */
	MARKDOWN_RAW,        /* HTML */
};

#define MARKDOWN_NOWHERE ((size_t)-1)

struct markdown_handler {
	/* A code other than ERR_OK stops. */
	enum err_code (*enter)(const struct markdown_block *block, void *context);
	enum err_code (*leave)(const struct markdown_block *block, void *context);
	enum err_code (*enter_span)(enum markdown_span_kind kind, void *context);
	enum err_code (*leave_span)(enum markdown_span_kind kind, void *context);
	/* `at` is the piece's offset in the document, MARKDOWN_NOWHERE where it is not a
	 * part of it (breaks). */
	enum err_code (*text)(enum markdown_text_kind kind, struct span text, size_t at,
	                      void *context);
	void *context;
};

/*
 * Parses all of it, any bytes. ERR_LIMIT for a document above 1 GiB, and for one of which
 * a few bytes make very many empty cells; ERR_NOMEM, and what a callback returned.
 */
enum err_code markdown_parse(struct span text, const struct markdown_handler *handler,
                             struct err *err) ERR_CHECKED;

#endif
