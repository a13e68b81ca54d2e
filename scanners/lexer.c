// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * Code is skipped byte by byte through a table of 256 classes: only at a byte that may
 * open something (stops[c] != 0) are the language's rows looked at. So plain code costs
 * one load and one branch a byte.
 */

static void set_stops(struct scan_lexer *x)
{
	const struct scan_language *l = x->language;
	bool holes = (l->features & SCAN_JSX) != 0;

	memset(x->stops, 0, sizeof(x->stops));
	for (size_t i = 0; i < SCAN_COMMENTS && l->comments[i].open != NULL; i++)
		x->stops[(unsigned char)l->comments[i].open[0]] |= STOP_OPEN;
	for (size_t i = 0; i < SCAN_QUOTES && l->quotes[i].open != NULL; i++) {
		x->stops[(unsigned char)l->quotes[i].open[0]] |= STOP_OPEN;
		holes = holes || l->quotes[i].holes != 0;
	}
	if (holes) {
		for (const char *c = "{}()"; *c != '\0'; c++)
			x->stops[(unsigned char)*c] |= STOP_BRACE;
	}
	lexer_special_stops(x);
}

void lexer_enter(struct scan_lexer *x, const struct scan_language *language, size_t end)
{
	x->language = language;
	x->region = end;
	x->operand = 0;
	x->code = 0;
	x->depth = 0;
	x->heredocs = 0;
	x->regex_from = 0;
	x->brackets_off = false;
	x->in_code = true;
	set_stops(x);
}

void scan_lexer_init(struct scan_lexer *x, const struct scan_language *language,
                     struct span text)
{
	const unsigned embedding = SCAN_MARKDOWN | SCAN_MARKUP | SCAN_PHP_TAGS;

	x->text = text;
	x->pos = 0;
	x->first = 0;
	x->has_pending = false;
	x->in_tag = false;
	x->in_code = false;
	x->fence = 0;
	x->depth = 0;
	x->embed = NULL;
	x->outer = (language->features & embedding) != 0 ? language : NULL;
	x->language = language;
	x->region = text.len;
	if (x->outer == NULL)
		lexer_enter(x, language, text.len);
	if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF"))) {
		x->pos = 3;
		x->first = 3;
		x->has_pending = true;
		x->pending = (struct scan_piece){ SCAN_TEXT, 0, 3, 0, 0, language };
	}
}

size_t lexer_before(const struct scan_lexer *x, size_t start, size_t pos)
{
	while (pos > start && lexer_is_space((unsigned char)x->text.ptr[pos - 1]))
		pos--;
	if (pos > start)
		return pos;
	return x->operand > x->code ? x->operand : x->code;
}

bool lexer_first_on_line(const struct scan_lexer *x, size_t start, size_t pos)
{
	while (pos > start && x->text.ptr[pos - 1] != '\n') {
		if (!lexer_is_space((unsigned char)x->text.ptr[pos - 1]))
			return false;
		pos--;
	}
	return pos == x->first || x->text.ptr[pos - 1] == '\n';
}

/* Words behind which a value comes. */
static bool value_word(struct span word)
{
	static const char *const words[] = {
		"return", "typeof", "case",  "in",    "of",    "delete", "void", "throw",
		"new",    "do",     "else",  "yield", "await", "and",    "or",   "not",
		"if",     "unless", "while", "until", "when",  "split",  "grep", "elsif",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_eq_str(word, words[i]))
			return true;
	}
	return false;
}

bool lexer_value_position(const struct scan_lexer *x, size_t start, size_t pos)
{
	enum { WORD_MAX = 12 };
	size_t end = lexer_before(x, start, pos);
	size_t from = end;
	int c;

	if (end == 0)
		return true;
	if (end == x->operand && end != x->code)
		return false;
	c = (unsigned char)x->text.ptr[end - 1];
	if (c == ')' || c == ']' || c == '}')
		return c == '}';
	if (end >= 2 && (c == '+' || c == '-') && x->text.ptr[end - 2] == c)
		return false;
	if (!lexer_is_word(c) && c != '$')
		return true;
	while (from > 0 && end - from < WORD_MAX &&
	       lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	if (from > 0 && strchr(".$@%", x->text.ptr[from - 1]) != NULL)
		return false;
	return value_word(span_of(x->text.ptr + from, end - from));
}

/* A string, or a regular expression, which is a piece of code of its own. */
static bool is_value(const struct scan_piece *p)
{
	return p->kind == SCAN_STRING || p->kind == SCAN_CODE;
}

/* Gives the code up to `end`, and keeps what follows it for the next call. */
static bool give(struct scan_lexer *x, size_t start, size_t end,
                 const struct scan_piece *next, struct scan_piece *out)
{
	size_t last = end;

	if (next != NULL) {
		x->pos = next->end;
		if (end == start) {
			*out = *next;
			if (is_value(next))
				x->operand = next->end;
			return true;
		}
		x->pending = *next;
		x->has_pending = true;
	} else {
		x->pos = end;
	}
	while (last > start && lexer_is_space((unsigned char)x->text.ptr[last - 1]))
		last--;
	if (last > start)
		x->code = last;
	if (next != NULL && is_value(next))
		x->operand = next->end;
	*out = (struct scan_piece){ SCAN_CODE, start, end, 0, 0, x->language };
	return true;
}

/* Code that is inside a string or an element ends at its own closing bracket. */
static bool closes_frame(struct scan_lexer *x, int c)
{
	struct scan_frame *f;

	if (x->depth == 0)
		return false;
	f = &x->frames[x->depth - 1];
	if (c == f->close) {
		if (f->braces == 0)
			return true;
		f->braces--;
	} else if ((c == '{' && f->close == '}') || (c == '(' && f->close == ')')) {
		f->braces++;
	}
	return false;
}

/* What starts at a stop byte, if anything does. */
static bool construct_at(struct scan_lexer *x, size_t start, size_t pos,
                         struct scan_piece *out)
{
	unsigned char stop = x->stops[(unsigned char)x->text.ptr[pos]];

	out->open = 0;
	out->close = 0;
	out->start = pos;
	out->language = x->language;
	if ((stop & STOP_NEWLINE) != 0 && x->heredocs > 0 &&
	    lexer_heredoc_body(x, pos, out))
		return true;
	if ((stop & STOP_OPEN) == 0)
		return false;
	return lexer_special(x, start, pos, out) || lexer_comment(x, start, pos, out) ||
	       lexer_quote(x, start, pos, out);
}

/* At a bracket that ends the code inside a string or an element. */
static bool leave_frame(struct scan_lexer *x, size_t start, size_t pos,
                        struct scan_piece *out)
{
	struct scan_frame f = x->frames[--x->depth];
	struct scan_piece rest = { SCAN_STRING, pos, pos, 0, 0, x->language };

	if (f.kind == FRAME_JSX_CODE)
		return give(x, start, pos + 1, NULL, out);
	lexer_quote_rest(x, &f, pos, &rest);
	return give(x, start, pos, &rest, out);
}

static bool code_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t start = x->pos;
	size_t pos = start;
	struct scan_piece next;

	while (pos < x->region) {
		unsigned char c = (unsigned char)x->text.ptr[pos];

		if (x->stops[c] == 0) {
			pos++;
			continue;
		}
		if (construct_at(x, start, pos, &next))
			return give(x, start, pos, &next, out);
		if (c == '<' && (x->language->features & SCAN_JSX) != 0 &&
		    lexer_jsx_open(x, start, pos)) {
			if (pos > start)
				return give(x, start, pos, NULL, out);
			return lexer_jsx_next(x, out);
		}
		if ((x->stops[c] & STOP_BRACE) != 0 && closes_frame(x, c))
			return leave_frame(x, start, pos, out);
		pos++;
	}
	return pos > start && give(x, start, pos, NULL, out);
}

bool lexer_next_in_region(struct scan_lexer *x, struct scan_piece *out)
{
	if (x->has_pending) {
		x->has_pending = false;
		*out = x->pending;
		return true;
	}
	if (x->pos >= x->region)
		return false;
	if (x->depth > 0 && (x->frames[x->depth - 1].kind == FRAME_JSX_TAG ||
	                     x->frames[x->depth - 1].kind == FRAME_JSX_CHILDREN))
		return lexer_jsx_next(x, out);
	return code_next(x, out);
}

bool scan_lexer_next(struct scan_lexer *x, struct scan_piece *out)
{
	if (x->outer == NULL || x->has_pending)
		return lexer_next_in_region(x, out);
	if (x->in_code && lexer_next_in_region(x, out))
		return true;
	x->in_code = false;
	x->region = x->text.len;
	if (x->pos >= x->text.len)
		return false;
	if ((x->outer->features & SCAN_MARKDOWN) != 0)
		return lexer_markdown_next(x, out);
	if ((x->outer->features & SCAN_PHP_TAGS) != 0)
		return lexer_php_next(x, out);
	return lexer_markup_next(x, out);
}
