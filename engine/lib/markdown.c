// SPDX-License-Identifier: Apache-2.0
#include "lib/markdown.h"

#include <md4c.h>
#include <stdint.h>

/* md4c counts in unsigned; and the rows of a wide table are filled up with empty cells,
 * so that work could grow with the square of the document. */
#define DOCUMENT_MAX ((size_t)1 << 30)
enum { EVENTS_A_BYTE = 8, EVENTS_ANYHOW = 1 << 12 };

struct reader {
	struct span text;
	const struct markdown_handler *handler;
	size_t left; /* events */
	enum err_code rc;
};

/* md4c stops for what is below 0 only, whatever its header says. The first code counts.
 */
static int note(struct reader *r, enum err_code rc)
{
	if (rc == ERR_OK && r->left-- == 0) {
		r->left = 0;
		rc = ERR_LIMIT;
	}
	if (r->rc == ERR_OK)
		r->rc = rc;
	return r->rc == ERR_OK ? 0 : -1;
}

static struct markdown_block list_of(MD_BLOCKTYPE type, const void *detail)
{
	struct markdown_block b = { .kind = MARKDOWN_LIST };

	if (type == MD_BLOCK_OL) {
		b.ordered = true;
		b.start = ((const MD_BLOCK_OL_DETAIL *)detail)->start;
	}
	return b;
}

static struct markdown_block item_of(const MD_BLOCK_LI_DETAIL *detail)
{
	struct markdown_block b = { .kind = MARKDOWN_ITEM };

	if (detail->is_task)
		b.task = detail->task_mark == ' ' ? ' ' : 'x';
	return b;
}

/* False for what needs no callback. */
static bool block_of(MD_BLOCKTYPE type, const void *detail, struct markdown_block *b)
{
	static const enum markdown_block_kind plain[] = {
		[MD_BLOCK_QUOTE] = MARKDOWN_QUOTE, [MD_BLOCK_HR] = MARKDOWN_RULE,
		[MD_BLOCK_CODE] = MARKDOWN_CODE,   [MD_BLOCK_HTML] = MARKDOWN_HTML,
		[MD_BLOCK_P] = MARKDOWN_PARAGRAPH, [MD_BLOCK_TABLE] = MARKDOWN_TABLE,
		[MD_BLOCK_TR] = MARKDOWN_ROW,      [MD_BLOCK_TD] = MARKDOWN_CELL,
	};

	*b = (struct markdown_block){ .kind = MARKDOWN_PARAGRAPH };
	switch (type) {
	case MD_BLOCK_DOC:
	case MD_BLOCK_THEAD:
	case MD_BLOCK_TBODY:
		return false;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		*b = list_of(type, detail);
		return true;
	case MD_BLOCK_LI:
		*b = item_of(detail);
		return true;
	case MD_BLOCK_H:
		b->kind = MARKDOWN_HEADING;
		b->level = ((const MD_BLOCK_H_DETAIL *)detail)->level;
		return true;
	case MD_BLOCK_TH:
		b->kind = MARKDOWN_CELL;
		b->head = true;
		return true;
	case MD_BLOCK_QUOTE:
	case MD_BLOCK_HR:
	case MD_BLOCK_CODE:
	case MD_BLOCK_HTML:
	case MD_BLOCK_P:
	case MD_BLOCK_TABLE:
	case MD_BLOCK_TR:
	case MD_BLOCK_TD:
		break;
	}
	b->kind = plain[type];
	return true;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct reader *r = context;
	struct markdown_block b;

	if (!block_of(type, detail, &b))
		return 0;
	return note(r, r->handler->enter(&b, r->handler->context));
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct reader *r = context;
	struct markdown_block b;

	if (!block_of(type, detail, &b))
		return 0;
	return note(r, r->handler->leave(&b, r->handler->context));
}

static enum markdown_span_kind span_of_type(MD_SPANTYPE type)
{
	switch (type) {
	case MD_SPAN_A:
	case MD_SPAN_WIKILINK:
		return MARKDOWN_LINK;
	case MD_SPAN_IMG:
		return MARKDOWN_IMAGE;
	case MD_SPAN_CODE:
	case MD_SPAN_LATEXMATH:
	case MD_SPAN_LATEXMATH_DISPLAY:
		return MARKDOWN_CODE_SPAN;
	case MD_SPAN_DEL:
		return MARKDOWN_STRUCK;
	case MD_SPAN_EM:
	case MD_SPAN_STRONG:
	case MD_SPAN_U:
		break;
	}
	return MARKDOWN_EMPHASIS;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct reader *r = context;

	(void)detail;
	return note(r, r->handler->enter_span(span_of_type(type), r->handler->context));
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct reader *r = context;

	(void)detail;
	return note(r, r->handler->leave_span(span_of_type(type), r->handler->context));
}

static enum markdown_text_kind text_of_type(MD_TEXTTYPE type)
{
	switch (type) {
	case MD_TEXT_BR:
		return MARKDOWN_BREAK;
	case MD_TEXT_SOFTBR:
		return MARKDOWN_SOFT_BREAK;
	case MD_TEXT_ENTITY:
		return MARKDOWN_ENTITY;
	case MD_TEXT_CODE:
	case MD_TEXT_LATEXMATH:
		return MARKDOWN_VERBATIM;
	case MD_TEXT_HTML:
		return MARKDOWN_RAW;
	case MD_TEXT_NORMAL:
	case MD_TEXT_NULLCHAR:
		break;
	}
	return MARKDOWN_TEXT;
}

/* Where a piece lies in the document; breaks are texts of md4c's own. */
static size_t place_of_piece(const struct reader *r, const MD_CHAR *text, size_t size)
{
	const uintptr_t start = (uintptr_t)r->text.ptr;
	const uintptr_t at = (uintptr_t)text;

	if (at < start || at - start > r->text.len || size > r->text.len - (at - start))
		return MARKDOWN_NOWHERE;
	return at - start;
}

static int text(MD_TEXTTYPE type, const MD_CHAR *ptr, MD_SIZE size, void *context)
{
	struct reader *r = context;

	return note(r,
	            r->handler->text(text_of_type(type), span_of(ptr, size),
	                             place_of_piece(r, ptr, size), r->handler->context));
}

enum err_code markdown_parse(struct span document, const struct markdown_handler *handler,
                             struct err *err)
{
	const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = text,
	};
	struct reader r = { .text = document, .handler = handler };

	if (document.len == 0)
		return ERR_OK;
	if (document.len > DOCUMENT_MAX)
		return err_set(err, ERR_LIMIT, "the document is above 1 GiB");
	r.left = document.len * EVENTS_A_BYTE + EVENTS_ANYHOW;
	if (md_parse(document.ptr, (MD_SIZE)document.len, &parser, &r) == 0)
		return ERR_OK;
	if (r.rc == ERR_LIMIT)
		return err_set(err, ERR_LIMIT,
		               "its tables have more empty cells than can be meant");
	return r.rc != ERR_OK ? err_set(err, r.rc, "%s", err_name(r.rc)) : err_nomem(err);
}
