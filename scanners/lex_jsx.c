// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * Elements in JavaScript. A root element is one frame that counts how many elements are
 * open; while inside a tag there is a second frame on top of it; code in braces is a
 * third. Text between tags is prose, so an apostrophe in it opens no string.
 */

enum { OPENING, CLOSING }; /* frame.quote of a tag */

static bool push(struct scan_lexer *x, unsigned char kind, unsigned char tag, char close)
{
	if (x->depth == SCAN_LEXER_DEPTH)
		return false;
	x->frames[x->depth++] =
		(struct scan_frame){ .kind = kind, .quote = tag, .close = close };
	return true;
}

static bool is_name_start(int c)
{
	return lexer_is_word(c) && (c < '0' || c > '9');
}

/* "<name" and what may follow a name, or "<>". */
static bool looks_like_tag(const struct scan_lexer *x, size_t pos)
{
	size_t at = pos + 1;

	if (lexer_at(x, at) == '>')
		return true;
	if (!is_name_start(lexer_at(x, at)))
		return false;
	while (lexer_is_word(lexer_at(x, at)) || lexer_at(x, at) == '.' ||
	       lexer_at(x, at) == '-' || lexer_at(x, at) == ':')
		at++;
	if (lexer_is_space(lexer_at(x, at)))
		return !lexer_looks(x, at + 1, "extends ");
	if (lexer_at(x, at) == '<') /* <List<string> items={..}> */
		return is_name_start(lexer_at(x, at + 1));
	return lexer_at(x, at) == '>' || lexer_at(x, at) == '/';
}

bool lexer_jsx_open(struct scan_lexer *x, size_t start, size_t pos)
{
	if (!looks_like_tag(x, pos) || x->depth + 2 > SCAN_LEXER_DEPTH ||
	    !lexer_value_position(x, start, pos))
		return false;
	return push(x, FRAME_JSX_CHILDREN, 0, '\0') &&
	       push(x, FRAME_JSX_TAG, OPENING, '\0');
}

static bool give(struct scan_lexer *x, enum scan_piece_kind kind, size_t end,
                 struct scan_piece *out)
{
	*out = (struct scan_piece){ kind, x->pos, end, 0, 0, x->language };
	x->pos = end;
	return true;
}

/* The tag ends with the '>' before `end`. */
static bool end_tag(struct scan_lexer *x, bool self_closing, size_t end,
                    struct scan_piece *out)
{
	struct scan_frame tag = x->frames[--x->depth];
	struct scan_frame *root = &x->frames[x->depth - 1];

	if (tag.quote == CLOSING)
		root->braces -= root->braces > 0 ? 1 : 0;
	else if (!self_closing)
		root->braces++;
	if (root->braces == 0) {
		x->depth--;
		x->operand = end;
	}
	return give(x, SCAN_CODE, end, out);
}

static bool string_in_tag(struct scan_lexer *x, char quote, struct scan_piece *out)
{
	struct span rest = lexer_rest(x, x->pos + 1);
	size_t n = span_find_byte(rest, quote);
	size_t close = n < rest.len ? 1 : 0;

	give(x, SCAN_STRING, x->pos + 1 + n + close, out);
	out->open = 1;
	out->close = close;
	return true;
}

/* Steps into braces if there is a frame left; else they are part of what is around. */
static bool open_code(struct scan_lexer *x, struct scan_piece *out)
{
	push(x, FRAME_JSX_CODE, 0, '}');
	x->code = x->pos + 1;
	return give(x, SCAN_CODE, x->pos + 1, out);
}

static bool is_comment(const struct scan_lexer *x, size_t pos)
{
	return lexer_at(x, pos) == '/' &&
	       (lexer_at(x, pos + 1) == '/' || lexer_at(x, pos + 1) == '*');
}

static bool tag_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;

	if (x->text.ptr[pos] == '"' || x->text.ptr[pos] == '\'')
		return string_in_tag(x, x->text.ptr[pos], out);
	if (x->text.ptr[pos] == '{' && x->depth < SCAN_LEXER_DEPTH)
		return open_code(x, out);
	if (is_comment(x, pos) && lexer_comment(x, pos, pos, out)) {
		out->start = pos;
		out->open = out->close = 0;
		out->language = x->language;
		x->pos = out->end;
		return true;
	}
	for (; pos < x->region; pos++) {
		char c = x->text.ptr[pos];

		if (pos > x->pos && is_comment(x, pos))
			break;
		if (c == '>')
			return end_tag(x, x->text.ptr[pos - 1] == '/', pos + 1, out);
		if (c == '"' || c == '\'' || (c == '{' && x->depth < SCAN_LEXER_DEPTH))
			break;
	}
	return give(x, SCAN_CODE, pos, out);
}

static bool children_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t pos = x->pos;
	int next = lexer_at(x, pos + 1);

	if (x->text.ptr[pos] == '<' &&
	    (next == '/' || next == '>' || is_name_start(next)) &&
	    push(x, FRAME_JSX_TAG, next == '/' ? CLOSING : OPENING, '\0'))
		return tag_next(x, out);
	if (x->text.ptr[pos] == '{' && x->depth < SCAN_LEXER_DEPTH)
		return open_code(x, out);
	for (pos++; pos < x->region; pos++) {
		if (x->text.ptr[pos] == '<' || x->text.ptr[pos] == '{')
			break;
	}
	return give(x, SCAN_TEXT, pos, out);
}

bool lexer_jsx_next(struct scan_lexer *x, struct scan_piece *out)
{
	if (x->frames[x->depth - 1].kind == FRAME_JSX_TAG)
		return tag_next(x, out);
	return children_next(x, out);
}
