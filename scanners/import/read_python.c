// SPDX-License-Identifier: Apache-2.0
#include "read_internal.h"

#include <stdint.h>

/*
 * Statements by their first words, and the blocks that they stand in by their columns:
 * what a function or a condition holds is graded by that. A block's flags hold for all
 * that is in it.
 */

/* Python itself takes no more levels than these. */
enum { BLOCKS_MAX = 100 };

struct block {
	size_t column;  /* of its header */
	unsigned flags; /* enum scan_import_flag, of what is around it too */
	unsigned other; /* of its else */
};

struct python {
	struct import_reader *r;
	struct block blocks[BLOCKS_MAX];
	size_t depth;
	size_t too_deep; /* column of a header that found no room, plus one */
	unsigned other;  /* what an else at the place of the last block means */
	struct buf target;
	size_t line_start;
	size_t line_at; /* where it was last looked for */
};

static unsigned flags_here(const struct python *p)
{
	if (p->too_deep > 0)
		return SCAN_IMPORT_DEFERRED | SCAN_IMPORT_OPTIONAL;
	return p->depth > 0 ? p->blocks[p->depth - 1].flags : 0;
}

/* Columns count bytes: mixed tabs and blanks are an error in Python. Offsets come in
 * ascending order. */
static size_t column_of(struct python *p, size_t at)
{
	while (p->line_at < at) {
		if (p->r->text.ptr[p->line_at++] == '\n')
			p->line_start = p->line_at;
	}
	return at - p->line_start;
}

/* Blocks that the line is not in end in front of it. */
static void leave_blocks(struct python *p, size_t column)
{
	p->other = 0;
	if (p->too_deep > column)
		p->too_deep = 0;
	while (p->depth > 0 && p->blocks[p->depth - 1].column >= column) {
		p->depth--;
		p->other = p->blocks[p->depth].column == column
		                   ? p->blocks[p->depth].other
		                   : 0;
	}
}

static void enter_block(struct python *p, size_t column, unsigned flags, unsigned other)
{
	if (p->depth == BLOCKS_MAX) {
		import_say(p->r, "not fully scanned: more than 100 levels of blocks");
		p->too_deep = p->too_deep > 0 ? p->too_deep : column + 1;
		return;
	}
	flags |= flags_here(p);
	p->blocks[p->depth++] = (struct block){ column, flags, other };
}

/* Steps to the end of the statement: a line's end or a semicolon outside of brackets. */
static void skip_statement(struct import_reader *r)
{
	struct import_token t;
	size_t depth = 0;

	while (import_next(r, &t)) {
		if (t.kind == IMPORT_MARK &&
		    (t.text.ptr[0] == '(' || t.text.ptr[0] == '[' ||
		     t.text.ptr[0] == '{'))
			depth++;
		else if (t.kind == IMPORT_MARK &&
		         (t.text.ptr[0] == ')' || t.text.ptr[0] == ']' ||
		          t.text.ptr[0] == '}'))
			depth -= depth > 0 ? 1 : 0;
		else if (depth == 0 && (t.kind == IMPORT_LINE || import_is_mark(&t, ';')))
			return;
	}
}

/* "a.b.c" or "..a", from the token on; the token behind it is taken too. */
static void dotted(struct python *p, struct import_token *t)
{
	buf_clear(&p->target);
	while (import_is_mark(t, '.') ||
	       (t->kind == IMPORT_WORD && !import_is_word(t, "import") &&
	        !import_is_word(t, "as"))) {
		bool joins = p->target.len == 0 || import_is_mark(t, '.') ||
		             p->target.ptr[p->target.len - 1] == '.';

		if (!joins)
			break;
		if (p->target.len > IMPORT_NAME_MAX) {
			import_say(p->r, "not fully scanned: an import of more than 4096 "
			                 "bytes");
			break;
		}
		buf_put(&p->target, t->text);
		import_next(p->r, t);
	}
}

static void put(struct python *p, size_t start, size_t end, struct span name)
{
	if (p->target.len > 0 && buf_ok(&p->target))
		import_put(p->r, &(struct scan_import){ .kind = SCAN_IMPORT_NEEDS,
		                                        .flags = flags_here(p),
		                                        .start = start,
		                                        .end = end,
		                                        .target = buf_span(&p->target),
		                                        .name = name });
}

/* Behind "import": a.b as x, c */
static void import_modules(struct python *p)
{
	struct import_token t;

	import_next(p->r, &t);
	for (;;) {
		size_t start = t.start;

		dotted(p, &t);
		put(p, start, start + p->target.len, SPAN_EMPTY);
		if (import_is_word(&t, "as") && import_next(p->r, &t))
			import_next(p->r, &t);
		if (!import_is_mark(&t, ',') || !import_next(p->r, &t))
			break;
	}
	import_push_back(p->r, &t);
	skip_statement(p->r);
}

/* Behind "from": .a.b import (c as x, d), or * */
static void import_names(struct python *p)
{
	struct import_token t;
	bool group = false;
	size_t start;

	import_next(p->r, &t);
	start = t.start;
	dotted(p, &t);
	if (!import_is_word(&t, "import")) {
		import_push_back(p->r, &t);
		skip_statement(p->r);
		return;
	}
	import_next(p->r, &t);
	if (import_is_mark(&t, '(')) {
		group = true;
		import_next(p->r, &t);
	}
	for (;;) {
		while (group && t.kind == IMPORT_LINE)
			import_next(p->r, &t);
		if (t.kind != IMPORT_WORD && !import_is_mark(&t, '*'))
			break;
		put(p, start, start + p->target.len, t.text);
		import_next(p->r, &t);
		if (import_is_word(&t, "as") && import_next(p->r, &t))
			import_next(p->r, &t);
		while (group && t.kind == IMPORT_LINE)
			import_next(p->r, &t);
		if (!import_is_mark(&t, ','))
			break;
		import_next(p->r, &t);
	}
	if (group && import_is_mark(&t, ')'))
		import_next(p->r, &t);
	import_push_back(p->r, &t);
	skip_statement(p->r);
}

struct header {
	bool type;   /* names TYPE_CHECKING */
	bool no;     /* says not */
	bool script; /* asks for the name that a program has (__main__) */
	bool block;  /* ends in a colon */
};

/* Up to the colon outside of brackets, or the end of the line. */
static struct header read_header(struct import_reader *r)
{
	struct header h = { .block = false };
	struct import_token t;
	size_t depth = 0;

	while (import_next(r, &t)) {
		if (t.kind == IMPORT_LINE && depth == 0)
			break;
		h.type = h.type || import_is_word(&t, "TYPE_CHECKING");
		h.no = h.no || import_is_word(&t, "not");
		h.script = h.script || import_is_word(&t, "__name__");
		if (t.kind != IMPORT_MARK)
			continue;
		if (t.text.ptr[0] == '(' || t.text.ptr[0] == '[' || t.text.ptr[0] == '{')
			depth++;
		else if (t.text.ptr[0] == ')' || t.text.ptr[0] == ']' ||
		         t.text.ptr[0] == '}')
			depth -= depth > 0 ? 1 : 0;
		else if (t.text.ptr[0] == ':' && depth == 0) {
			h.block = true;
			break;
		}
	}
	return h;
}

static void enter_if(struct python *p, size_t column, const struct header *h)
{
	if (h->type && h->no)
		enter_block(p, column, 0, SCAN_IMPORT_TYPE);
	else if (h->type)
		enter_block(p, column, SCAN_IMPORT_TYPE, 0);
	else if (h->script)
		enter_block(p, column, SCAN_IMPORT_DEFERRED, SCAN_IMPORT_CONDITIONAL);
	else
		enter_block(p, column, SCAN_IMPORT_CONDITIONAL, SCAN_IMPORT_CONDITIONAL);
}

/* A statement that has a block, by its first word; false: none. */
static bool enter_header(struct python *p, const struct import_token *t, size_t column)
{
	static const char *const conditions[] = { "if",  "elif",  "while",
		                                  "for", "match", "case" };
	unsigned other = p->other;
	struct header h;

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		if (!import_is_word(t, conditions[i]))
			continue;
		h = read_header(p->r);
		if (h.block)
			enter_if(p, column, &h);
		return true;
	}
	if (import_is_word(t, "def")) {
		h = read_header(p->r);
		enter_block(p, column, SCAN_IMPORT_DEFERRED, 0);
	} else if (import_is_word(t, "class") || import_is_word(t, "with")) {
		h = read_header(p->r);
		enter_block(p, column, 0, 0);
	} else if (import_is_word(t, "try")) {
		h = read_header(p->r);
		enter_block(p, column, SCAN_IMPORT_OPTIONAL, 0);
	} else if (import_is_word(t, "except")) {
		h = read_header(p->r);
		enter_block(p, column, SCAN_IMPORT_OPTIONAL | SCAN_IMPORT_CONDITIONAL,
		            SCAN_IMPORT_CONDITIONAL);
	} else if (import_is_word(t, "else") || import_is_word(t, "finally")) {
		h = read_header(p->r);
		enter_block(p, column, other, 0);
	} else {
		return false;
	}
	return true;
}

/* One statement, whose first token is at hand. */
static void statement(struct python *p, struct import_token *t, size_t column)
{
	if (import_is_word(t, "async") && !import_next(p->r, t))
		return;
	if (import_is_word(t, "import"))
		import_modules(p);
	else if (import_is_word(t, "from"))
		import_names(p);
	else if (!enter_header(p, t, column)) {
		import_push_back(p->r, t);
		skip_statement(p->r);
	}
}

/* Names that only code which finds its modules by itself needs. */
static void note_dynamic(struct import_reader *r)
{
	static const char *const words[] = { "__path__", "sys.modules", "__import__(",
		                             NULL };

	if (import_last(r->text, words) > 0)
		import_put(r, &(struct scan_import){ .kind = SCAN_IMPORT_DYNAMIC });
}

void import_read_python(struct import_reader *r)
{
	static const char *const words[] = { "import", NULL };
	struct python p = { .r = r, .target = BUF_INIT };
	size_t last = import_last(r->text, words);
	size_t line = SIZE_MAX; /* start of the line that the last statement began on */
	struct import_token t;

	note_dynamic(r);
	r->lines = true;
	while (import_next(r, &t) && t.start < last) {
		size_t column = column_of(&p, t.start);

		if (t.kind == IMPORT_LINE || import_is_mark(&t, ';'))
			continue;
		if (p.line_start != line) {
			line = p.line_start;
			leave_blocks(&p, column);
		} else {
			column = p.depth > 0 ? p.blocks[p.depth - 1].column : column;
		}
		statement(&p, &t, column);
	}
	r->failed = r->failed || p.target.failed;
	buf_fini(&p.target);
}
