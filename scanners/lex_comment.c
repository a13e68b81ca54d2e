// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Comments as the rows of language.c describe them. */

/* End of a comment to the end of the line; the line feed stays code. */
static size_t line_comment_end(const struct scan_lexer *x, size_t pos, bool splice)
{
	for (;;) {
		size_t end = lexer_line_end(x, pos);
		size_t last = end;

		if (last > pos && end < x->region && x->text.ptr[last - 1] == '\r')
			last--;
		if (!splice || end == x->region || last == pos ||
		    x->text.ptr[last - 1] != '\\')
			return end;
		pos = end + 1;
	}
}

/* Behind the closing mark, or the end of the region where there is none. */
static size_t flat_comment_end(const struct scan_lexer *x, size_t pos, const char *close)
{
	struct span rest = lexer_rest(x, pos);
	size_t at = span_find(rest, span_str(close));

	return at == rest.len ? x->region : pos + at + strlen(close);
}

/*
 * Behind what hides marks inside a comment: a string, '"' or {id|..|id}. The same
 * position if nothing does. `*strings` is cleared where one is not closed, so that no
 * other search is made for it.
 */
static size_t skip_literal(const struct scan_lexer *x, size_t pos, bool *strings)
{
	enum { LONGEST = 1024 }; /* each comment looks for itself */
	struct span rest = span_sub(lexer_rest(x, pos), 0, LONGEST);
	int c = lexer_at(x, pos);

	if (c == '\'' && lexer_at(x, pos + 2) == '\'')
		return pos + 3;
	if (!*strings)
		return pos;
	if (c == '{' && lexer_at(x, pos + 1) == '|') {
		size_t at = span_find(rest, SPAN_LIT("|}"));

		*strings = at < rest.len;
		return *strings ? pos + at + 2 : pos;
	}
	if (c != '"')
		return pos;
	for (size_t at = 1; at < rest.len; at++) {
		if (rest.ptr[at] == '\\')
			at++;
		else if (rest.ptr[at] == '"')
			return pos + at + 1;
	}
	*strings = false;
	return pos;
}

static size_t nested_comment_end(const struct scan_lexer *x, size_t pos,
                                 const struct scan_comment *c)
{
	/* A plain comment nests in a documenting one. */
	const char *open = strcmp(c->open, "/**") == 0   ? "/*"
	                   : strcmp(c->open, "##[") == 0 ? "#["
	                                                 : c->open;
	bool strings = (c->flags & SCAN_COMMENT_LITERALS) != 0;
	size_t close = strlen(c->close);
	size_t depth = 1;

	while (pos < x->region && depth > 0) {
		size_t behind = (c->flags & SCAN_COMMENT_LITERALS) != 0
		                        ? skip_literal(x, pos, &strings)
		                        : pos;

		if (behind > pos) {
			pos = behind;
		} else if (lexer_looks(x, pos, c->close)) {
			depth--;
			pos += close;
		} else if (lexer_looks(x, pos, open)) {
			depth++;
			pos += strlen(open);
		} else {
			pos++;
		}
	}
	return pos < x->region ? pos : x->region;
}

/* Is the mark at `pos` all that is on its line? */
static bool alone_on_line(const struct scan_lexer *x, size_t start, size_t pos,
                          size_t mark)
{
	size_t end = lexer_line_end(x, pos);

	return lexer_first_on_line(x, start, pos) &&
	       span_trim(span_of(x->text.ptr + pos, end - pos)).len == mark;
}

/* MATLAB's block comment nests, line by line. */
static size_t block_end(const struct scan_lexer *x, size_t start, size_t pos,
                        const struct scan_comment *c)
{
	size_t depth = 0;

	(void)start;
	while (pos < x->region) {
		struct span line =
			span_of(x->text.ptr + pos, lexer_line_end(x, pos) - pos);
		bool closes = span_eq_str(span_trim(line), c->close);

		if (span_eq_str(span_trim(line), c->open))
			depth++;
		if (closes && --depth == 0)
			return pos + line.len;
		pos = lexer_next_line(x, pos);
	}
	return pos;
}

/* Where the line before ends with a backslash, its last byte before that; else pos. */
static size_t before_splice(const struct scan_lexer *x, size_t pos)
{
	enum { MOST = 16 }; /* lines: the time stays linear */
	size_t at = pos;

	for (int n = 0; n < MOST && at > x->first + 1 && x->text.ptr[at - 1] == '\n';
	     n++) {
		size_t feed = at - 1;

		if (x->text.ptr[feed - 1] == '\r')
			feed--;
		if (feed == 0 || x->text.ptr[feed - 1] != '\\')
			break;
		at = feed - 1;
	}
	return at;
}

static bool is_symbol(int c)
{
	return c > ' ' && c < 0x7f && strchr("!#$%&*+./<=>?@\\^|~:", c) != NULL;
}

/* Haskell's "--" is a comment only where it is no part of an operator such as "-->". */
static bool is_whole_symbol(const struct scan_lexer *x, size_t pos)
{
	int before = pos > 0 ? (unsigned char)x->text.ptr[pos - 1] : ' ';
	size_t end = pos;

	/* Behind a dash the whole run was looked at before. */
	if (before == '-' || is_symbol(before))
		return false;
	while (lexer_at(x, end) == '-')
		end++;
	return !is_symbol(lexer_at(x, end));
}

/* Column from 1. */
static size_t column_of(const struct scan_lexer *x, size_t pos)
{
	enum { FAR = 16 };
	size_t n = 1;

	while (pos > x->first && n < FAR && x->text.ptr[pos - 1] != '\n') {
		pos--;
		n++;
	}
	return n;
}

/* Is the byte before the comment one behind which it may come? */
static bool comment_lead(const struct scan_lexer *x, const struct scan_comment *c,
                         size_t start, size_t pos)
{
	bool first = lexer_first_on_line(x, start, pos);
	size_t spliced = before_splice(x, pos);
	int before = spliced > x->first ? (unsigned char)x->text.ptr[spliced - 1] : '\n';
	size_t code = pos;

	if (pos == x->begin)
		return true;
	if ((c->flags & SCAN_COMMENT_WORD_START) != 0)
		return lexer_is_space(before) || strchr(";&|()`]", before) != NULL;
	if ((c->flags & SCAN_COMMENT_COMMAND) == 0)
		return true;
	while (code > start &&
	       (x->text.ptr[code - 1] == ' ' || x->text.ptr[code - 1] == '\t'))
		code--;
	return first ||
	       (code > start && strchr(";{[(&|@:", x->text.ptr[code - 1]) != NULL);
}

/* What comes behind the mark. */
static bool comment_follows(const struct scan_lexer *x, const struct scan_comment *c,
                            size_t pos)
{
	size_t open = strlen(c->open);
	int after = lexer_at(x, pos + open);

	if ((c->flags & SCAN_COMMENT_SPACED) != 0 && after >= 0 && !lexer_is_space(after))
		return false;
	if ((c->flags & SCAN_COMMENT_LETTER) != 0 && !lexer_is_word(after))
		return false;
	if ((c->flags & SCAN_COMMENT_CASELESS) != 0 && lexer_is_word(after))
		return false;
	if ((c->flags & SCAN_COMMENT_ONCE) != 0 && after == c->open[open - 1])
		return false;
	/* The shortest comment is opened and closed at once. */
	return strcmp(c->open, "/**") != 0 || after != '/';
}

/* Is this a place where such a comment can begin? */
static bool comment_place(const struct scan_lexer *x, const struct scan_comment *c,
                          size_t start, size_t pos)
{
	unsigned f = c->flags;

	if ((f & SCAN_COMMENT_COLUMN_ONE) != 0 && pos != x->first &&
	    x->text.ptr[pos - 1] != '\n')
		return false;
	if ((f & SCAN_COMMENT_COLUMN_SEVEN) != 0 && column_of(x, pos) != 7)
		return false;
	if ((f & SCAN_COMMENT_LINE_START) != 0 && !lexer_first_on_line(x, start, pos))
		return false;
	if ((f & SCAN_COMMENT_ALONE) != 0 &&
	    !alone_on_line(x, start, pos, strlen(c->open)))
		return false;
	if ((f & SCAN_COMMENT_SYMBOL) != 0 && !is_whole_symbol(x, pos))
		return false;
	if ((f & SCAN_COMMENT_NOT_CONTINUED) != 0) {
		size_t line = pos - (column_of(x, pos) - 1);

		if (before_splice(x, line) != line)
			return false;
	}
	return comment_lead(x, c, start, pos) && comment_follows(x, c, pos);
}

/* Four slashes and comments like a ruler document nothing; neither does an empty one. */
static enum scan_piece_kind comment_kind(const struct scan_lexer *x,
                                         const struct scan_comment *c, size_t pos)
{
	size_t open = strlen(c->open);
	int after = lexer_at(x, pos + open);

	if ((c->flags & SCAN_COMMENT_DOC) == 0)
		return SCAN_COMMENT;
	return after == c->open[open - 1] ? SCAN_COMMENT : SCAN_DOC;
}

/* A hole of a one-line Python string can hold no comment: '#' is its format there. */
static bool comments_off(const struct scan_lexer *x)
{
	const struct scan_frame *f = &x->frames[x->depth > 0 ? x->depth - 1 : 0];

	return x->depth > 0 && f->kind == FRAME_HOLE &&
	       (f->holes & SCAN_HOLE_BRACE_F) != 0;
}

static bool comment_mark(const struct scan_lexer *x, const struct scan_comment *c,
                         size_t pos)
{
	if ((c->flags & SCAN_COMMENT_CASELESS) != 0)
		return lexer_looks_caseless(x, pos, c->open);
	return lexer_looks(x, pos, c->open);
}

/* In PHP the end of the code ends a line comment too. */
static size_t php_comment_end(const struct scan_lexer *x, size_t body, size_t end)
{
	struct span comment = span_of(x->text.ptr + body, end - body);

	return body + span_find(comment, SPAN_LIT("?>"));
}

static size_t comment_end(const struct scan_lexer *x, const struct scan_comment *c,
                          size_t start, size_t pos)
{
	size_t body = pos + strlen(c->open);

	if (c->close == NULL) {
		size_t end =
			line_comment_end(x, body, (c->flags & SCAN_COMMENT_SPLICE) != 0);

		return (x->language->features & SCAN_PHP) != 0
		               ? php_comment_end(x, body, end)
		               : end;
	}
	if ((c->flags & SCAN_COMMENT_ALONE) != 0)
		return block_end(x, start, pos, c);
	if ((c->flags & SCAN_COMMENT_NESTED) != 0)
		return nested_comment_end(x, body, c);
	return flat_comment_end(x, body, c->close);
}

bool lexer_comment(const struct scan_lexer *x, size_t start, size_t pos,
                   struct scan_piece *out)
{
	if (comments_off(x))
		return false;
	for (const struct scan_comment *c = x->language->comments; c->open != NULL; c++) {
		if (!comment_mark(x, c, pos) || !comment_place(x, c, start, pos))
			continue;
		out->kind = comment_kind(x, c, pos);
		out->end = comment_end(x, c, start, pos);
		return true;
	}
	return false;
}
