// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_DOCUMENT_H
#define GATE_CLAIMS_DOCUMENT_H

#include "base/buf.h"

/*
 * A Markdown document as its readers see it: blocks of plain text, lists and tables, in
 * order. Code, images and struck text are no text: one CLAIMS_OPAQUE stands for each, so
 * that no number of theirs is a claim and no sentence closes over them. Spans borrow from
 * the document's own text; claims_source says where in the file a byte of it stands.
 */

#define CLAIMS_OPAQUE '\x01'
#define CLAIMS_NONE ((size_t)-1)

enum claims_block_kind {
	CLAIMS_HEADING,
	CLAIMS_PARAGRAPH,
	CLAIMS_ITEM,
	CLAIMS_TABLE,
	CLAIMS_LIST, /* its items follow, and what they hold */
	CLAIMS_END,  /* of a list */
	CLAIMS_CODE, /* or HTML, or a rule: something stands between */
};

struct claims_block {
	enum claims_block_kind kind;
	unsigned level; /* of a heading; of lists and items: how deep, from 1 */
	bool quoted;
	char task; /* of an item */
	struct span text;
	size_t index; /* of a table or list in theirs */
};

struct claims_list {
	size_t block;
	size_t end; /* the block CLAIMS_END */
	size_t items;
	bool ordered;
	unsigned start;
};

struct claims_cell {
	struct span text;
	size_t len; /* with the white space around it */
};

struct claims_table {
	size_t block;
	size_t rows; /* without the head */
	size_t columns;
	size_t cell; /* the first one, of the head */
};

/* "<!-- seaworthy: NAME -->" */
struct claims_mark {
	struct span name;
	size_t at;    /* in the plain text */
	size_t block; /* that it stands in, or before */
	bool inside;
	bool lost; /* the item or quote that it stands in ended before any text */
};

struct claims_run {
	size_t text;
	size_t source;
};

struct claims_document {
	struct span source;
	struct buf text;
	struct claims_run *runs;
	size_t run_count, run_cap;
	struct claims_block *blocks;
	size_t block_count, block_cap;
	struct claims_list *lists;
	size_t list_count, list_cap;
	struct claims_table *tables;
	size_t table_count, table_cap;
	struct claims_cell *cells;
	size_t cell_count, cell_cap;
	struct claims_mark *marks;
	size_t mark_count, mark_cap;
};

/* Zeroed, or a document that was released. `source` is borrowed. */
enum err_code claims_document_read(struct claims_document *d, struct span source,
                                   struct err *err) ERR_CHECKED;
void claims_document_fini(struct claims_document *d);

/* The offset in the source of a byte of the plain text, or of where one would be. */
size_t claims_source(const struct claims_document *d, const char *at);
/* The cell, `row` 0 being the head; empty outside. */
struct span claims_cell(const struct claims_document *d, const struct claims_table *t,
                        size_t row, size_t column);

#endif
