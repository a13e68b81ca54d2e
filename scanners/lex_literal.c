// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Comments and strings as the rows of language.c describe them. */

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

static size_t nested_comment_end(const struct scan_lexer *x, size_t pos, const char *open,
                                 const char *close)
{
	size_t depth = 1;

	if (strcmp(open, "/**") == 0)
		open = "/*"; /* a plain comment nests in a documenting one */
	while (pos < x->region && depth > 0) {
		if (lexer_looks(x, pos, close)) {
			depth--;
			pos += strlen(close);
		} else if (lexer_looks(x, pos, open)) {
			depth++;
			pos += strlen(open);
		} else {
			pos++;
		}
	}
	return pos;
}

/* Is this a place where such a comment can begin? */
static bool comment_place(const struct scan_lexer *x, const struct scan_comment *c,
                          size_t start, size_t pos)
{
	int before = pos > x->first ? (unsigned char)x->text.ptr[pos - 1] : '\n';

	if ((c->flags & SCAN_COMMENT_COLUMN_ONE) != 0)
		return before == '\n' &&
		       (strlen(c->open) > 1 || lexer_is_word(lexer_at(x, pos + 1)));
	if ((c->flags & SCAN_COMMENT_LINE_START) != 0)
		return lexer_first_on_line(x, start, pos);
	if ((c->flags & SCAN_COMMENT_WORD_START) != 0)
		return lexer_is_space(before) || strchr(";&|()`", before) != NULL;
	return true;
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
	       (x->language->quotes[f->quote].holes & SCAN_HOLE_BRACE_F) != 0;
}

bool lexer_comment(const struct scan_lexer *x, size_t start, size_t pos,
                   struct scan_piece *out)
{
	const struct scan_comment *c = x->language->comments;

	if (comments_off(x))
		return false;
	for (size_t i = 0; i < SCAN_COMMENTS && c[i].open != NULL; i++) {
		size_t body = pos + strlen(c[i].open);

		if (!lexer_looks(x, pos, c[i].open) ||
		    !comment_place(x, &c[i], start, pos))
			continue;
		/* The shortest comment is opened and closed at once. */
		if (strcmp(c[i].open, "/**") == 0 && lexer_at(x, body) == '/')
			continue;
		out->kind = comment_kind(x, &c[i], pos);
		if (c[i].close == NULL)
			out->end = line_comment_end(
				x, body, (c[i].flags & SCAN_COMMENT_SPLICE) != 0);
		else if ((c[i].flags & SCAN_COMMENT_NESTED) != 0)
			out->end = nested_comment_end(x, body, c[i].open, c[i].close);
		else
			out->end = flat_comment_end(x, body, c[i].close);
		return true;
	}
	return false;
}

/* Bytes of the mark that opens code inside a string here, 0 if none does. */
static size_t hole_at(const struct scan_lexer *x, unsigned holes, size_t pos, char *close)
{
	int c = lexer_at(x, pos);
	int next = lexer_at(x, pos + 1);

	*close = '}';
	if (((holes & SCAN_HOLE_DOLLAR_BRACE) != 0 && c == '$' && next == '{') ||
	    ((holes & SCAN_HOLE_HASH_BRACE) != 0 && c == '#' && next == '{'))
		return 2;
	if ((holes & (SCAN_HOLE_BRACE_F | SCAN_HOLE_BRACE_DOLLAR)) != 0 && c == '{')
		return 1;
	*close = ')';
	if (((holes & SCAN_HOLE_DOLLAR_PAREN) != 0 && c == '$' && next == '(') ||
	    ((holes & SCAN_HOLE_BACKSLASH_PAREN) != 0 && c == '\\' && next == '('))
		return 2;
	return 0;
}

struct body {
	const struct scan_quote *quote;
	unsigned char index;
	unsigned flags;
	unsigned holes;
};

/* Steps behind a hole's mark and remembers the string. False if it is none, or too deep.
 */
static bool open_hole(struct scan_lexer *x, const struct body *b, size_t *pos,
                      struct scan_piece *out)
{
	char close;
	size_t n = b->holes == 0 ? 0 : hole_at(x, b->holes, *pos, &close);

	if (n == 0 || x->depth == SCAN_LEXER_DEPTH)
		return false;
	if (n == 1 && lexer_at(x, *pos + 1) == '{') {
		(*pos)++; /* a doubled brace stands for itself */
		return false;
	}
	x->frames[x->depth++] = (struct scan_frame){ FRAME_HOLE, b->index, close, 0 };
	out->end = *pos + n;
	out->close = n;
	return true;
}

/* From behind the opening mark or a hole to the next hole or the end of the string. */
static void string_body(struct scan_lexer *x, const struct body *b, size_t pos,
                        struct scan_piece *out)
{
	size_t close = strlen(b->quote->close);
	bool multi = (b->flags & SCAN_QUOTE_LINES) != 0;

	for (; pos < x->region; pos++) {
		char c = x->text.ptr[pos];

		if (c == b->quote->close[0] && lexer_looks(x, pos, b->quote->close)) {
			if ((b->flags & SCAN_QUOTE_DOUBLED) != 0 &&
			    lexer_looks(x, pos + close, b->quote->close)) {
				pos += 2 * close - 1;
				continue;
			}
			out->end = pos + close;
			out->close = close;
			return;
		}
		if (open_hole(x, b, &pos, out))
			return;
		if (c == '\\' && (b->flags & SCAN_QUOTE_ESCAPE) != 0) {
			/* An escaped CRLF is one line end. */
			if (lexer_at(x, pos + 1) == '\r' && lexer_at(x, pos + 2) == '\n')
				pos++;
			if (!multi && (b->flags & SCAN_QUOTE_SPLICE) == 0 &&
			    lexer_at(x, pos + 1) == '\n')
				continue;
			pos++;
		} else if (c == '\n' && !multi) {
			break;
		}
	}
	out->end = pos < x->region ? pos : x->region;
	out->close = 0;
}

/* Letters straight before the quote, such as rb in rb"..", at most three. */
static struct span prefix_of(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t from = pos;

	while (from > start && pos - from < 4 &&
	       (lexer_is_word((unsigned char)x->text.ptr[from - 1]) ||
	        x->text.ptr[from - 1] == '$' || x->text.ptr[from - 1] == '@'))
		from--;
	return span_of(x->text.ptr + from, pos - from);
}

static bool has_letter(struct span s, char lower, char upper)
{
	return s.len < 4 &&
	       (span_find_byte(s, lower) != s.len || span_find_byte(s, upper) != s.len);
}

/* What a prefix changes: escapes off in raw strings, holes only where it asks for them.
 */
static void apply_prefix(const struct scan_lexer *x, struct body *b, struct span prefix)
{
	const unsigned asked = SCAN_HOLE_BRACE_F | SCAN_HOLE_BRACE_DOLLAR;

	if ((x->language->features & SCAN_RAW_PREFIX) != 0 && span_eq_str(prefix, "r")) {
		b->flags &= ~(unsigned)SCAN_QUOTE_ESCAPE;
		b->holes = 0;
	}
	if ((b->holes & SCAN_HOLE_BRACE_F) != 0 && !has_letter(prefix, 'f', 'F'))
		b->holes &= ~asked;
	if ((b->holes & SCAN_HOLE_BRACE_DOLLAR) != 0 && !has_letter(prefix, '$', '$'))
		b->holes &= ~asked;
}

/* 'x' or '\n', not the start of a lifetime or a type variable. */
static bool is_character(const struct scan_lexer *x, size_t pos)
{
	size_t n = 1;

	if (lexer_at(x, pos + 1) == '\\')
		return true;
	if (lexer_at(x, pos + 1) >= 0xC0) {
		while (n < 4 && (lexer_at(x, pos + 1 + n) & 0xC0) == 0x80)
			n++;
	}
	return lexer_at(x, pos + 1 + n) == '\'' && lexer_at(x, pos + 1) != '\'';
}

/* Is the word that ends here a number? Then a quote separates its digits. */
static bool in_number(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t from = pos;

	while (from > start && lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return from < pos && x->text.ptr[from] >= '0' && x->text.ptr[from] <= '9';
}

/* In YAML a quote opens a string only where a value or a key starts. */
static bool starts_value(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t end = pos;
	char c;

	while (end > start &&
	       (x->text.ptr[end - 1] == ' ' || x->text.ptr[end - 1] == '\t'))
		end--;
	if (end == 0 || x->text.ptr[end - 1] == '\n')
		return true;
	c = x->text.ptr[end - 1];
	if (strchr("[{,(", c) != NULL)
		return true;
	return (end < pos && strchr(":-?", c) != NULL) || c == '=';
}

static bool quote_place(const struct scan_lexer *x, const struct scan_quote *q,
                        size_t start, size_t pos)
{
	if ((q->flags & SCAN_QUOTE_CHARACTER) != 0 && !is_character(x, pos))
		return false;
	if ((q->flags & SCAN_QUOTE_SEPARATOR) != 0 && in_number(x, start, pos))
		return false;
	if ((q->flags & SCAN_QUOTE_WORD_START) != 0 && pos > start &&
	    (lexer_is_word((unsigned char)x->text.ptr[pos - 1]) ||
	     strchr("$&?", x->text.ptr[pos - 1]) != NULL))
		return false;
	return (q->flags & SCAN_QUOTE_VALUE) == 0 || starts_value(x, start, pos);
}

/*
 * A Python string that stands alone as a statement documents what it is in: it is the
 * first thing on its line, and the line before does not go on.
 */
static bool is_docstring(const struct scan_lexer *x, size_t start, size_t pos)
{
	struct span prefix = prefix_of(x, start, pos);
	size_t before;

	if (x->depth > 0 || prefix.len > 2 ||
	    !lexer_first_on_line(x, start, pos - prefix.len))
		return false;
	before = lexer_before(x, start, pos - prefix.len);
	if (before == 0)
		return true;
	if (before == x->operand && before != x->code)
		return false;
	return strchr("([{,=+-*/%&|<>\\", x->text.ptr[before - 1]) == NULL;
}

bool lexer_quote(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	const struct scan_quote *q = x->language->quotes;

	for (size_t i = 0; i < SCAN_QUOTES && q[i].open != NULL; i++) {
		struct body b = { &q[i], (unsigned char)i, q[i].flags, q[i].holes };

		if (!lexer_looks(x, pos, q[i].open) || !quote_place(x, &q[i], start, pos))
			continue;
		apply_prefix(x, &b, prefix_of(x, start, pos));
		out->kind = SCAN_STRING;
		out->open = strlen(q[i].open);
		if ((x->language->features & SCAN_DOCSTRING) != 0 &&
		    is_docstring(x, start, pos))
			out->kind = SCAN_DOC;
		string_body(x, &b, pos + out->open, out);
		return true;
	}
	return false;
}

void lexer_quote_rest(struct scan_lexer *x, const struct scan_frame *frame, size_t pos,
                      struct scan_piece *out)
{
	const struct scan_quote *q = &x->language->quotes[frame->quote];
	struct body b = { q, frame->quote, q->flags, q->holes };

	out->open = 1;
	string_body(x, &b, pos + 1, out);
}
