// SPDX-License-Identifier: Apache-2.0
#include "claims/document.h"

#include "base/ascii.h"
#include "base/mem.h"
#include "lib/markdown.h"

enum { DEPTH_MAX = 64 };

/* While it is read the text still moves: spans hold offsets until it is complete. */
struct builder {
	struct claims_document *d;
	size_t open;             /* block that text goes to, or NONE */
	size_t lists[DEPTH_MAX]; /* that are open */
	size_t item_depth;       /* of these */
	size_t table;            /* that is open */
	size_t row;              /* cells of the row in hand so far */
	size_t rows;             /* the head counts */
	unsigned quotes;
	unsigned opaque; /* depth of images, code and struck text */
	size_t base;     /* offset of the rest of a line that is read by itself, or 0 */
	bool in_code;
	bool in_html;
	bool in_table;
};

static void *grow(struct builder *b, void *slot, size_t *count, size_t *cap, size_t size)
{
	char **array = slot;

	if (!mem_grow(slot, *count, cap, size)) {
		b->d->text.failed = true;
		return NULL;
	}
	return memset(*array + (*count)++ * size, 0, size);
}

static enum err_code done(const struct builder *b)
{
	return buf_ok(&b->d->text) ? ERR_OK : ERR_NOMEM;
}

static struct claims_block *add_block(struct builder *b, enum claims_block_kind kind)
{
	struct claims_document *d = b->d;
	struct claims_block *block =
		grow(b, &d->blocks, &d->block_count, &d->block_cap, sizeof(*block));

	if (block == NULL)
		return NULL;
	block->kind = kind;
	block->quoted = b->quotes > 0;
	block->level = (unsigned)b->item_depth;
	block->text = span_of(NULL, d->text.len);
	b->open = d->block_count - 1;
	return block;
}

/* A block's text ends; "\n" keeps it from what follows. */
static void close_text(struct builder *b)
{
	if (b->open == CLAIMS_NONE)
		return;
	buf_putc(&b->d->text, '\n');
	b->open = CLAIMS_NONE;
}

static void open_list(struct builder *b, const struct markdown_block *block)
{
	struct claims_document *d = b->d;
	struct claims_block *open;
	struct claims_list *list;

	close_text(b);
	b->item_depth++;
	open = add_block(b, CLAIMS_LIST);
	list = grow(b, &d->lists, &d->list_count, &d->list_cap, sizeof(*list));
	close_text(b);
	if (open == NULL || list == NULL)
		return;
	open->index = d->list_count - 1;
	list->block = d->block_count - 1;
	list->ordered = block->ordered;
	list->start = block->start;
	if (b->item_depth <= DEPTH_MAX)
		b->lists[b->item_depth - 1] = d->list_count - 1;
}

static void close_list(struct builder *b)
{
	struct claims_block *end;

	close_text(b);
	end = add_block(b, CLAIMS_END);
	close_text(b);
	if (end != NULL && b->item_depth <= DEPTH_MAX) {
		end->index = b->lists[b->item_depth - 1];
		b->d->lists[end->index].end = b->d->block_count - 1;
	}
	b->item_depth--;
}

static void open_item(struct builder *b, const struct markdown_block *block)
{
	struct claims_block *item;

	close_text(b);
	item = add_block(b, CLAIMS_ITEM);
	if (item == NULL)
		return;
	item->task = block->task;
	if (b->item_depth > 0 && b->item_depth <= DEPTH_MAX)
		b->d->lists[b->lists[b->item_depth - 1]].items++;
}

static void open_table(struct builder *b)
{
	struct claims_document *d = b->d;
	struct claims_block *block;
	struct claims_table *table;

	close_text(b);
	block = add_block(b, CLAIMS_TABLE);
	table = grow(b, &d->tables, &d->table_count, &d->table_cap, sizeof(*table));
	close_text(b);
	b->rows = 0;
	b->in_table = true;
	b->table = d->table_count;
	if (block == NULL || table == NULL)
		return;
	b->table = d->table_count - 1;
	block->index = b->table;
	table->block = d->block_count - 1;
	table->cell = d->cell_count;
}

static void open_cell(struct builder *b)
{
	struct claims_document *d = b->d;
	struct claims_cell *cell =
		grow(b, &d->cells, &d->cell_count, &d->cell_cap, sizeof(*cell));

	if (cell != NULL)
		cell->text = span_of(NULL, d->text.len);
	b->row++;
}

static void close_cell(struct builder *b)
{
	struct claims_document *d = b->d;
	struct claims_cell *cell = &d->cells[d->cell_count - 1];

	cell->len = d->text.len - cell->text.len;
	buf_putc(&d->text, '\n');
}

/* The text of an item is in its first paragraph, where lists are loose. */
static void open_paragraph(struct builder *b)
{
	struct claims_document *d = b->d;

	if (b->open != CLAIMS_NONE && d->blocks[b->open].kind == CLAIMS_ITEM &&
	    d->blocks[b->open].text.len == d->text.len)
		return;
	close_text(b);
	(void)add_block(b, CLAIMS_PARAGRAPH);
}

static enum err_code enter(const struct markdown_block *block, void *context)
{
	struct builder *b = context;
	struct claims_block *heading;

	switch (block->kind) {
	case MARKDOWN_QUOTE:
		close_text(b);
		b->quotes++;
		break;
	case MARKDOWN_LIST:
		open_list(b, block);
		break;
	case MARKDOWN_ITEM:
		open_item(b, block);
		break;
	case MARKDOWN_HEADING:
		close_text(b);
		heading = add_block(b, CLAIMS_HEADING);
		if (heading != NULL)
			heading->level = block->level;
		break;
	case MARKDOWN_PARAGRAPH:
		open_paragraph(b);
		break;
	case MARKDOWN_TABLE:
		open_table(b);
		break;
	case MARKDOWN_ROW:
		b->row = 0;
		break;
	case MARKDOWN_CELL:
		open_cell(b);
		break;
	case MARKDOWN_CODE:
	case MARKDOWN_HTML:
	case MARKDOWN_RULE:
		close_text(b);
		if (block->kind != MARKDOWN_HTML)
			(void)add_block(b, CLAIMS_CODE);
		b->open = CLAIMS_NONE;
		b->in_code = block->kind == MARKDOWN_CODE;
		b->in_html = block->kind == MARKDOWN_HTML;
		break;
	}
	return done(b);
}

/* Marks that wait for what follows do not leave the item or quote that they stand in. */
static void drop_waiting(struct claims_document *d)
{
	for (size_t i = d->mark_count; i > 0; i--) {
		struct claims_mark *mark = &d->marks[i - 1];

		if (mark->inside || mark->lost || mark->block != d->block_count)
			return;
		mark->lost = true;
	}
}

static void close_row(struct builder *b)
{
	struct claims_table *t;

	if (b->table >= b->d->table_count)
		return;
	t = &b->d->tables[b->table];
	if (b->rows++ == 0)
		t->columns = b->row;
	t->rows = b->rows - 1;
}

static enum err_code leave(const struct markdown_block *block, void *context)
{
	struct builder *b = context;

	switch (block->kind) {
	case MARKDOWN_QUOTE:
		drop_waiting(b->d);
		close_text(b);
		b->quotes--;
		break;
	case MARKDOWN_LIST:
		close_list(b);
		break;
	case MARKDOWN_ROW:
		close_row(b);
		break;
	case MARKDOWN_CELL:
		close_cell(b);
		break;
	case MARKDOWN_TABLE:
		b->in_table = false;
		break;
	case MARKDOWN_CODE:
	case MARKDOWN_HTML:
		b->in_code = b->in_html = false;
		break;
	case MARKDOWN_ITEM:
		drop_waiting(b->d);
		close_text(b);
		break;
	case MARKDOWN_HEADING:
	case MARKDOWN_PARAGRAPH:
	case MARKDOWN_RULE:
		close_text(b);
		break;
	}
	return done(b);
}

static bool is_opaque(enum markdown_span_kind kind)
{
	return kind == MARKDOWN_IMAGE || kind == MARKDOWN_CODE_SPAN ||
	       kind == MARKDOWN_STRUCK;
}

static void put(struct builder *b, struct span text, size_t at)
{
	struct claims_document *d = b->d;
	struct claims_run *run;

	if (text.len == 0)
		return;
	if (at != MARKDOWN_NOWHERE) {
		run = grow(b, &d->runs, &d->run_count, &d->run_cap, sizeof(*run));
		if (run != NULL)
			*run = (struct claims_run){ d->text.len, at };
	}
	buf_put(&d->text, text);
}

static enum err_code enter_span(enum markdown_span_kind kind, void *context)
{
	struct builder *b = context;

	if (is_opaque(kind) && b->opaque++ == 0)
		buf_putc(&b->d->text, CLAIMS_OPAQUE);
	return done(b);
}

static enum err_code leave_span(enum markdown_span_kind kind, void *context)
{
	struct builder *b = context;

	b->opaque -= is_opaque(kind);
	return done(b);
}

/* "<!-- seaworthy: NAME -->", the first comment in a piece of HTML. False for another. */
static bool note_mark(struct builder *b, struct span html, size_t at)
{
	static const struct span key = { "seaworthy:", 10 };
	struct claims_document *d = b->d;
	size_t start = span_find(html, SPAN_LIT("<!--"));
	struct span inside = span_trim(span_from(html, start + 4));
	struct claims_mark *mark;
	size_t len = 0;

	if (start == html.len || at == MARKDOWN_NOWHERE || !span_starts(inside, key))
		return false;
	inside = span_trim(span_from(inside, key.len));
	while (len < inside.len &&
	       (ascii_is_word(inside.ptr[len]) || inside.ptr[len] == '.' ||
	        (inside.ptr[len] == '-' &&
	         !span_starts(span_from(inside, len), SPAN_LIT("-->")))))
		len++;
	if (len == 0 || !span_starts(span_trim(span_from(inside, len)), SPAN_LIT("-->")))
		return false;
	mark = grow(b, &d->marks, &d->mark_count, &d->mark_cap, sizeof(*mark));
	if (mark == NULL)
		return false;
	inside = span_sub(inside, 0, len);
	*mark = (struct claims_mark){
		.name = span_sub(d->source, at + (size_t)(inside.ptr - html.ptr), len),
		.at = d->text.len,
		.block = b->open != CLAIMS_NONE ? b->open : d->block_count - b->in_table,
		.inside = b->open != CLAIMS_NONE || b->in_table,
	};
	return true;
}

static bool is_line_break(struct span html)
{
	return span_starts(html, SPAN_LIT("<br")) || span_starts(html, SPAN_LIT("<BR"));
}

/* "12<sup>1</sup>" is not 121. */
static bool is_raised(struct span html)
{
	return span_starts(html, SPAN_LIT("<sup")) || span_starts(html, SPAN_LIT("<sub"));
}

static const struct markdown_handler *handler_of(struct builder *b,
                                                 struct markdown_handler *h);

/*
 * A line that starts with a comment is a block of HTML to Markdown, all of it. What a
 * reader sees behind a mark in it is read as if the mark were not there.
 */
static enum err_code read_marked(struct builder *b, struct span line, size_t at)
{
	struct markdown_handler handler;
	struct span rest = line;
	bool marked = false;
	enum err_code rc;

	for (;;) {
		size_t start = span_find(rest, SPAN_LIT("<!--"));
		struct span comment = span_from(rest, start);
		size_t end = span_find(comment, SPAN_LIT("-->"));

		if (end == comment.len ||
		    (marked && span_trim(span_sub(rest, 0, start)).len > 0))
			break;
		marked |= note_mark(b, rest, at + (size_t)(rest.ptr - line.ptr));
		rest = span_from(comment, end + 3);
	}
	rest = span_trim(rest);
	if (!marked || rest.len == 0)
		return done(b);
	b->in_html = false;
	b->base = at + (size_t)(rest.ptr - line.ptr);
	rc = markdown_parse(rest, handler_of(b, &handler), NULL);
	close_text(b);
	b->base = 0;
	b->in_html = true;
	return rc;
}

static enum err_code text(enum markdown_text_kind kind, struct span piece, size_t at,
                          void *context)
{
	struct builder *b = context;

	if (at != MARKDOWN_NOWHERE)
		at += b->base;
	if (kind == MARKDOWN_RAW && b->in_html && b->base == 0)
		return read_marked(b, piece, at);
	if (kind == MARKDOWN_RAW)
		(void)note_mark(b, piece, at);
	if (b->in_code || b->in_html || b->opaque > 0)
		return done(b);
	switch (kind) {
	case MARKDOWN_TEXT:
		put(b, piece, at);
		break;
	case MARKDOWN_BREAK:
		buf_putc(&b->d->text, '\n');
		break;
	case MARKDOWN_SOFT_BREAK:
	case MARKDOWN_ENTITY:
		buf_putc(&b->d->text, ' ');
		break;
	case MARKDOWN_RAW:
		if (is_line_break(piece))
			buf_putc(&b->d->text, '\n');
		else if (is_raised(piece))
			buf_putc(&b->d->text, CLAIMS_OPAQUE);
		break;
	case MARKDOWN_VERBATIM:
		break;
	}
	return done(b);
}

static const struct markdown_handler *handler_of(struct builder *b,
                                                 struct markdown_handler *h)
{
	*h = (struct markdown_handler){ enter, leave, enter_span, leave_span, text, b };
	return h;
}

/* A text ends where the next one starts; the line ends between are trimmed. */
static void settle(struct claims_document *d)
{
	const struct span all = buf_span(&d->text);

	for (size_t i = 0; i < d->block_count; i++) {
		struct claims_block *block = &d->blocks[i];
		size_t start = block->text.len;
		size_t end = i + 1 < d->block_count ? d->blocks[i + 1].text.len : all.len;

		/* The cells of a table follow its own, empty text. */
		if (block->kind == CLAIMS_TABLE)
			end = start;
		block->text = span_trim(span_sub(all, start, end - start));
	}
	for (size_t i = 0; i < d->cell_count; i++)
		d->cells[i].text =
			span_trim(span_sub(all, d->cells[i].text.len, d->cells[i].len));
}

/* What stands between lines of --- at the start is settings. */
static size_t front_matter(struct span source)
{
	size_t end;

	if (!span_starts(source, SPAN_LIT("---\n")))
		return 0;
	end = span_find(span_from(source, 4), SPAN_LIT("\n---"));
	return end < source.len - 4 ? 4 + end + 4 : 0;
}

enum err_code claims_document_read(struct claims_document *d, struct span source,
                                   struct err *err)
{
	struct builder b = { .d = d, .open = CLAIMS_NONE };
	struct markdown_handler handler;
	size_t skip = front_matter(source);
	enum err_code rc;

	d->source = span_from(source, skip);
	rc = markdown_parse(d->source, handler_of(&b, &handler), err);
	if (rc != ERR_OK)
		return rc;
	close_text(&b);
	if (!buf_ok(&d->text))
		return err_nomem(err);
	settle(d);
	for (size_t i = 0; i < d->run_count; i++)
		d->runs[i].source += skip;
	d->source = source;
	return ERR_OK;
}

void claims_document_fini(struct claims_document *d)
{
	buf_fini(&d->text);
	mem_free(d->runs);
	mem_free(d->blocks);
	mem_free(d->lists);
	mem_free(d->tables);
	mem_free(d->cells);
	mem_free(d->marks);
	*d = (struct claims_document){ .block_count = 0 };
}

size_t claims_source(const struct claims_document *d, const char *at)
{
	const size_t text = at != NULL ? (size_t)(at - d->text.ptr) : 0;
	size_t low = 0;
	size_t high = d->run_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (d->runs[middle].text <= text)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return d->run_count > 0 ? d->runs[0].source : 0;
	low = d->runs[low - 1].source + (text - d->runs[low - 1].text);
	return low < d->source.len ? low : d->source.len;
}

struct span claims_cell(const struct claims_document *d, const struct claims_table *t,
                        size_t row, size_t column)
{
	if (row > t->rows || column >= t->columns)
		return SPAN_EMPTY;
	return d->cells[t->cell + row * t->columns + column].text;
}
