// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Strings and their kin as the rows of language.c describe them. */

enum { MARKS_MAX = 15 }; /* quotes or braces that are counted */

/* What opens a hole, and what closes it. */
static const struct {
	unsigned hole;
	const char *open;
	char close;
} holes_of[] = {
	{ SCAN_HOLE_DOLLAR_BRACE, "${", '}' },  { SCAN_HOLE_HASH_BRACE, "#{", '}' },
	{ SCAN_HOLE_PERCENT_BRACE, "%{", '}' }, { SCAN_HOLE_BRACE_F, "{", '}' },
	{ SCAN_HOLE_BRACE_DOLLAR, "{", '}' },   { SCAN_HOLE_BRACE, "{", '}' },
	{ SCAN_HOLE_DOLLAR_PAREN, "$(", ')' },  { SCAN_HOLE_BACKSLASH_PAREN, "\\(", ')' },
};

/* Bytes of the mark that opens code inside a string here, 0 if none does. */
static size_t hole_at(const struct scan_lexer *x, unsigned holes, size_t pos, char *close)
{
	for (size_t i = 0; i < sizeof(holes_of) / sizeof(holes_of[0]); i++) {
		if ((holes & holes_of[i].hole) == 0 ||
		    !lexer_looks(x, pos, holes_of[i].open))
			continue;
		if ((holes & SCAN_HOLE_DOUBLED) != 0 && pos > 0 &&
		    x->text.ptr[pos - 1] == holes_of[i].open[0])
			continue;
		*close = holes_of[i].close;
		return strlen(holes_of[i].open);
	}
	return 0;
}

struct body {
	const struct scan_quote *quote;
	unsigned char index;
	unsigned char marks; /* quotes that close it (COUNTED), braces that open a hole */
	unsigned flags;
	unsigned holes;
};

/* Of more than `most` nobody wants to know how many: that would cost more than linear
 * time. */
static size_t run_of(const struct scan_lexer *x, size_t pos, int c, size_t most)
{
	size_t n = 0;

	while (n < most && lexer_at(x, pos + n) == c)
		n++;
	return n;
}

/* Steps behind a hole's mark and remembers the string. False if it is none, or too deep.
 */
static bool open_hole(struct scan_lexer *x, const struct body *b, size_t *pos,
                      struct scan_piece *out)
{
	char close;
	size_t n = b->holes == 0 ? 0 : hole_at(x, b->holes, *pos, &close);
	size_t braces;

	if (n == 0 || x->depth == SCAN_LEXER_DEPTH)
		return false;
	braces = n == 1 ? run_of(x, *pos, '{', MARKS_MAX) : 0;
	if ((b->flags & SCAN_QUOTE_COUNTED) != 0 && braces > 0 &&
	    braces < (b->marks & 15u)) {
		*pos += braces - 1;
		return false;
	}
	if (n == 1 && (b->flags & SCAN_QUOTE_COUNTED) == 0 && braces > 1) {
		(*pos)++; /* a doubled brace stands for itself */
		return false;
	}
	x->frames[x->depth++] =
		(struct scan_frame){ .kind = FRAME_HOLE,
		                     .quote = b->index,
		                     .close = close,
		                     .marks = b->marks,
		                     .flags = b->flags,
		                     .holes = b->holes,
		                     .braces = braces > 1 ? (unsigned)braces - 1 : 0 };
	out->end = *pos + (braces > 0 ? braces : n);
	out->close = out->end - *pos;
	return true;
}

/* Bytes of the closing mark at pos; 0 if the string goes on. *skip: bytes that only look
 * like it. */
static size_t closes_string(const struct scan_lexer *x, const struct body *b, size_t pos,
                            size_t open, size_t *skip)
{
	size_t close = strlen(b->quote->close);
	int next;

	*skip = 0;
	if (!lexer_looks(x, pos, b->quote->close))
		return 0;
	if ((b->flags & SCAN_QUOTE_COUNTED) != 0) {
		*skip = run_of(x, pos, b->quote->close[0], SIZE_MAX);
		return *skip >= open ? *skip : 0;
	}
	next = lexer_at(x, pos + close);
	if ((b->flags & SCAN_QUOTE_DOUBLED) != 0 &&
	    lexer_looks(x, pos + close, b->quote->close))
		*skip = 2 * close;
	else if ((b->flags & SCAN_QUOTE_NIX) != 0 &&
	         (next == '$' || next == '\'' || next == '\\'))
		*skip = close +
		        (next == '$' && lexer_at(x, pos + close + 1) == '{' ? 2 : 1);
	if (*skip > 0)
		return 0;
	while ((b->flags & SCAN_QUOTE_GREEDY) != 0 &&
	       lexer_at(x, pos + close) == b->quote->close[0])
		close++;
	return close;
}

/* Bytes that an escape at pos takes along, itself included; 0 if there is none. */
static size_t escape_at(const struct scan_lexer *x, unsigned flags, size_t pos)
{
	int c = lexer_at(x, pos);
	size_t n = 2;

	if ((flags & SCAN_QUOTE_DOLLAR) != 0 && c == '$' &&
	    (lexer_at(x, pos + 1) == '/' || lexer_at(x, pos + 1) == '$'))
		return 2;
	if (!((flags & SCAN_QUOTE_ESCAPE) != 0 && c == '\\') &&
	    !((flags & SCAN_QUOTE_BACKTICK) != 0 && c == '`'))
		return 0;
	/* An escaped CRLF is one line end. */
	if (lexer_at(x, pos + 1) == '\r' && lexer_at(x, pos + 2) == '\n')
		n = 3;
	if ((flags & (SCAN_QUOTE_LINES | SCAN_QUOTE_SPLICE)) == 0 &&
	    lexer_at(x, pos + n - 1) == '\n')
		return n - 1;
	return n;
}

/* Does the line that ends at pos say that the string goes on? */
static bool goes_on(const struct scan_lexer *x, const struct body *b, size_t pos)
{
	if ((b->flags & SCAN_QUOTE_GOES_ON) == 0)
		return false;
	while (pos > 0 && lexer_is_space((unsigned char)x->text.ptr[pos - 1]))
		pos--;
	return pos > 1 && (x->text.ptr[pos - 1] == '&' ||
	                   (x->text.ptr[pos - 2] == '\\' && x->text.ptr[pos - 1] == 'z'));
}

/* Where something stands that may matter in a string without holes. */
static size_t skip_plain(const struct scan_lexer *x, const struct body *b, size_t pos)
{
	const char close = b->quote->close[0];

	while (pos < x->region) {
		char c = x->text.ptr[pos];

		if (c == close || c == '\\' || c == '\n' || c == '`' || c == '$')
			break;
		pos++;
	}
	return pos;
}

/* From behind the opening mark or a hole to the next hole or the end of the string. */
static void string_body(struct scan_lexer *x, const struct body *b, size_t pos,
                        struct scan_piece *out)
{
	bool multi = (b->flags & SCAN_QUOTE_LINES) != 0;
	size_t open = (b->flags & SCAN_QUOTE_COUNTED) != 0 ? b->marks >> 4 : out->open;

	while (pos < x->region) {
		size_t skip = 0;
		char c;

		if (b->holes == 0)
			pos = skip_plain(x, b, pos);
		if (pos >= x->region)
			break;
		c = x->text.ptr[pos];
		if (c == b->quote->close[0]) {
			out->close = closes_string(x, b, pos, open, &skip);
			out->end = pos + out->close;
			if (out->close > 0)
				return;
			pos += skip;
			if (skip > 0)
				continue;
		}
		if (open_hole(x, b, &pos, out))
			return;
		skip = escape_at(x, b->flags, pos);
		if (skip == 0 && c == '\n' && !multi && !goes_on(x, b, pos))
			break;
		pos += skip > 0 ? skip : 1;
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
	if ((x->language->features & SCAN_RAW_PREFIX) != 0 && span_eq_str(prefix, "r")) {
		b->flags &= ~(unsigned)SCAN_QUOTE_ESCAPE;
		b->holes = 0;
	}
	if ((b->flags & SCAN_QUOTE_RAW_WORD) != 0 && prefix.len > 0) {
		b->flags &= ~(unsigned)SCAN_QUOTE_ESCAPE;
		b->flags |= SCAN_QUOTE_DOUBLED;
	}
	if (((b->holes & SCAN_HOLE_BRACE_F) != 0 && !has_letter(prefix, 'f', 'F')) ||
	    ((b->holes & SCAN_HOLE_BRACE_DOLLAR) != 0 && !has_letter(prefix, '$', '$')) ||
	    ((b->holes & SCAN_HOLE_ASKED) != 0 && prefix.len == 0))
		b->holes = 0;
}

/* How many quotes close it, and how many braces open a hole: as many as there are dollar
 * signs before it. */
static void count_marks(const struct scan_lexer *x, struct body *b, size_t pos,
                        struct scan_piece *out)
{
	size_t quotes = run_of(x, pos, b->quote->open[0], MARKS_MAX);
	size_t dollars = 0;

	while (pos > dollars && dollars < MARKS_MAX &&
	       x->text.ptr[pos - dollars - 1] == '$')
		dollars++;
	out->open = quotes;
	b->marks = (unsigned char)(quotes << 4 | dollars);
}

/* 'x' or '\n', not the start of a lifetime or a type variable. */
static bool is_character(const struct scan_lexer *x, size_t pos, unsigned flags)
{
	bool escapes = (flags & SCAN_QUOTE_ESCAPE) != 0;
	size_t n = 1;

	if (escapes && lexer_at(x, pos + 1) == '\\')
		return true;
	if (lexer_at(x, pos + 1) >= 0xC0) {
		while (n < 4 && (lexer_at(x, pos + 1 + n) & 0xC0) == 0x80)
			n++;
	}
	return lexer_at(x, pos + 1 + n) == '\'' &&
	       (!escapes || lexer_at(x, pos + 1) != '\'');
}

/* Is the word that ends here a number? Then a quote separates its digits. */
static bool in_number(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t from = pos;

	while (from > start && lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return from < pos && x->text.ptr[from] >= '0' && x->text.ptr[from] <= '9';
}

/* Is the word that ends at `end` a tag or an anchor of YAML? */
static bool is_property(const struct scan_lexer *x, size_t start, size_t end)
{
	size_t from = end;

	while (from > start && end - from < 64 &&
	       !lexer_is_space((unsigned char)x->text.ptr[from - 1]))
		from--;
	return from < end && (x->text.ptr[from] == '!' || x->text.ptr[from] == '&');
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
	return (end < pos && (strchr(":-?", c) != NULL || is_property(x, start, end))) ||
	       c == '=';
}

/* Straight behind a value a quote transposes it. */
static bool behind_value(const struct scan_lexer *x, size_t pos)
{
	int c = pos > x->first ? (unsigned char)x->text.ptr[pos - 1] : ' ';

	return lexer_is_word(c) || (c != 0 && strchr(")]}'.\"", c) != NULL);
}

static bool in_brace_hole(const struct scan_lexer *x)
{
	return x->depth > 0 && x->frames[x->depth - 1].kind == FRAME_HOLE &&
	       x->frames[x->depth - 1].close == '}';
}

static bool quote_place(const struct scan_lexer *x, const struct scan_quote *q,
                        size_t start, size_t pos)
{
	if ((q->flags & SCAN_QUOTE_CHARACTER) != 0 && !is_character(x, pos, q->flags))
		return false;
	if ((q->flags & SCAN_QUOTE_SEPARATOR) != 0 && in_number(x, start, pos))
		return false;
	if ((q->flags & SCAN_QUOTE_WORD_START) != 0 && pos > start &&
	    (lexer_is_word((unsigned char)x->text.ptr[pos - 1]) ||
	     strchr("$&?", x->text.ptr[pos - 1]) != NULL))
		return false;
	if ((q->flags & SCAN_QUOTE_OPERAND) != 0 && behind_value(x, pos))
		return false;
	if ((q->flags & SCAN_QUOTE_NOT_HOLE) != 0 && in_brace_hole(x))
		return false;
	return (q->flags & SCAN_QUOTE_VALUE) == 0 || starts_value(x, start, pos);
}

/*
 * A string that stands alone as a statement documents what it is in: it is the first
 * thing on its line, no bracket is open, and the line before does not go on.
 */
static bool is_docstring(const struct scan_lexer *x, size_t start, size_t pos)
{
	bool braces = (x->language->features & SCAN_DESCRIPTIONS) != 0;
	struct span prefix = prefix_of(x, start, pos);
	size_t before;

	if (x->depth > 0 || x->brackets > 0 || prefix.len > 2 ||
	    has_letter(prefix, 'f', 'F') ||
	    !lexer_first_on_line(x, start, pos - prefix.len))
		return false;
	before = lexer_before(x, start, pos - prefix.len);
	if (before == 0)
		return true;
	if (before == x->operand && before != x->code)
		return true;
	return strchr(braces ? "([,=+-*/%&|:\\" : "([{,=+-*/%&|<>\\",
	              x->text.ptr[before - 1]) == NULL;
}

/* Elixir's @doc "..", also with a sigil. */
static bool behind_attribute(const struct scan_lexer *x, size_t start, size_t pos)
{
	static const char *const words[] = { "doc", "moduledoc", "typedoc", NULL };
	size_t end = pos;
	size_t from;

	if (end > start + 1 && x->text.ptr[end - 2] == '~')
		end -= 2;
	while (end > start && x->text.ptr[end - 1] == ' ')
		end--;
	from = lexer_word_start(x, start, end);
	return from > start && x->text.ptr[from - 1] == '@' &&
	       lexer_word_is(span_of(x->text.ptr + from, end - from), words);
}

static enum scan_piece_kind string_kind(const struct scan_lexer *x,
                                        const struct scan_quote *q, size_t start,
                                        size_t pos)
{
	unsigned f = x->language->features;

	if ((q->flags & SCAN_QUOTE_CODE) != 0)
		return SCAN_CODE;
	if ((f & (SCAN_DOCSTRING | SCAN_DESCRIPTIONS)) != 0 &&
	    is_docstring(x, start, pos))
		return SCAN_DOC;
	if ((f & SCAN_DOC_ATTRIBUTE) != 0 && behind_attribute(x, start, pos))
		return SCAN_DOC;
	return SCAN_STRING;
}

/* What has no closing mark: one character, the mark alone or the rest of the line. */
static bool open_ended(const struct scan_lexer *x, const struct scan_quote *q, size_t pos,
                       struct scan_piece *out)
{
	size_t at = pos + strlen(q->open);
	size_t taken = 0;

	if ((q->flags & SCAN_QUOTE_REST) != 0) {
		taken = lexer_line_end(x, at) - at;
	} else if ((q->flags & SCAN_QUOTE_ONE) != 0 && at < x->region) {
		bool escape =
			(q->flags & SCAN_QUOTE_ESCAPE) != 0 && lexer_at(x, at) == '\\';
		bool twice = (q->flags & SCAN_QUOTE_DOUBLED) != 0 &&
		             lexer_at(x, at) == '\'' && lexer_at(x, at + 1) == '\'';

		taken = (escape || twice) && at + 1 < x->region ? 2 : 1;
		if (lexer_at(x, at) == '\r' && lexer_at(x, at + 1) == '\n')
			taken = 2;
	} else if ((q->flags & (SCAN_QUOTE_ONE | SCAN_QUOTE_TOKEN)) == 0) {
		return false;
	}
	out->end = at + taken;
	out->open = 0;
	return true;
}

bool lexer_quote(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	const struct scan_quote *q = x->language->quotes;

	for (size_t i = 0; q[i].open != NULL; i++) {
		struct body b = { &q[i], (unsigned char)i, 0, q[i].flags, q[i].holes };

		if (!lexer_looks(x, pos, q[i].open) || !quote_place(x, &q[i], start, pos))
			continue;
		out->kind = string_kind(x, &q[i], start, pos);
		if (open_ended(x, &q[i], pos, out))
			return true;
		apply_prefix(x, &b, prefix_of(x, start, pos));
		out->open = strlen(q[i].open);
		if ((q[i].flags & SCAN_QUOTE_COUNTED) != 0)
			count_marks(x, &b, pos, out);
		string_body(x, &b, pos + out->open, out);
		return true;
	}
	return false;
}

void lexer_quote_rest(struct scan_lexer *x, const struct scan_frame *frame, size_t pos,
                      struct scan_piece *out)
{
	const struct scan_quote *q = &x->language->quotes[frame->quote];
	struct body b = { q, frame->quote, frame->marks, frame->flags, frame->holes };

	out->open = 1;
	string_body(x, &b, pos + out->open, out);
}
