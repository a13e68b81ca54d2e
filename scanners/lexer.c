// SPDX-License-Identifier: Apache-2.0
#include "language_internal.h"
#include "lexer_internal.h"

/*
 * Code is skipped byte by byte through a table of 256 classes: only at a byte that may
 * open something (stops[c] != 0) are the language's rows looked at. So plain code costs
 * one load and one branch a byte.
 */

static void add_stops(struct scan_lexer *x, const char *bytes, unsigned char stop)
{
	for (; *bytes != '\0'; bytes++)
		x->stops[(unsigned char)*bytes] |= stop;
}

/* A word in either case stops at both of its first letters. */
static void add_comment_stop(struct scan_lexer *x, const struct scan_comment *c)
{
	char first = c->open[0];

	x->stops[(unsigned char)first] |= STOP_OPEN;
	if ((c->flags & SCAN_COMMENT_CASELESS) != 0)
		x->stops[(unsigned char)(first - 'a' + 'A')] |= STOP_OPEN;
}

static void set_stops(struct scan_lexer *x)
{
	const struct scan_language *l = x->language;
	bool holes = (l->features & SCAN_JSX) != 0;

	memset(x->stops, 0, sizeof(x->stops));
	for (const struct scan_comment *c = l->comments; c->open != NULL; c++)
		add_comment_stop(x, c);
	for (const struct scan_quote *q = l->quotes; q->open != NULL; q++) {
		x->stops[(unsigned char)q->open[0]] |= STOP_OPEN;
		holes = holes || q->holes != 0;
	}
	for (size_t i = 0; l->constructs != NULL && l->constructs[i] != NULL; i++)
		add_stops(x, l->constructs[i]->first, STOP_OPEN);
	if ((l->features & SCAN_JSX) != 0)
		add_stops(x, "<", STOP_JSX);
	if (holes)
		add_stops(x, "{}()", STOP_BRACE);
	if ((l->features & SCAN_BRACKETS) != 0)
		add_stops(x, "()[]{}", STOP_BRACKET);
	x->stops['\n'] |= STOP_NEWLINE;
}

void lexer_enter(struct scan_lexer *x, const struct scan_language *language, size_t end)
{
	x->language = language;
	x->region = end;
	x->begin = x->pos;
	x->operand = 0;
	x->code = 0;
	x->depth = 0;
	x->heredocs = 0;
	x->regex_from = 0;
	x->brackets_off = false;
	x->brackets = 0;
	x->control = 0;
	x->behind_control = false;
	x->ended = false;
	x->in_code = true;
	set_stops(x);
}

void lexer_invite(struct scan_lexer *x, const char *language, size_t at, size_t end)
{
	if (x->host != NULL && language != NULL)
		return;
	x->guest = language == NULL ? NULL : scan_language_row(language);
	x->guest_at = at;
	x->guest_end = end > at ? end : 0;
}

void scan_lexer_init(struct scan_lexer *x, const struct scan_language *language,
                     struct span text)
{
	*x = (struct scan_lexer){ .text = text,
		                  .language = language,
		                  .region = text.len };
	x->outer = language->document != NULL ? language : NULL;
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
		"return",  "typeof",  "case",   "in",     "of",    "delete", "void",
		"throw",   "new",     "do",     "else",   "yield", "await",  "and",
		"or",      "not",     "if",     "unless", "while", "until",  "when",
		"split",   "grep",    "elsif",  "try",    "echo",  "echom",  "call",
		"echoerr", "execute", "elseif",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_eq_str(word, words[i]))
			return true;
	}
	return false;
}

static bool is_value_end(int c)
{
	return lexer_is_word(c) || c == ')' || c == ']';
}

bool lexer_value_position(const struct scan_lexer *x, size_t start, size_t pos)
{
	enum { WORD_MAX = 12 };
	size_t end = lexer_before(x, start, pos);
	size_t from = end;
	int c;

	if (end == 0 || ((x->language->features & SCAN_LINE_VALUES) != 0 &&
	                 lexer_first_on_line(x, start, pos)))
		return true;
	if (end == x->operand && end != x->code)
		return false;
	c = (unsigned char)x->text.ptr[end - 1];
	if (c == ')')
		return x->behind_control;
	if (c == ']' || c == '}')
		return c == '}';
	if (c == '!' && end >= 2 && is_value_end((unsigned char)x->text.ptr[end - 2]))
		return false; /* TypeScript's x! */
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

/* strchr for a few bytes, without a call. */
static inline bool has_byte(const char *set, char c)
{
	while (*set != '\0' && *set != c)
		set++;
	return *set != '\0';
}

static bool special_at(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	const struct scan_construct *const *c = x->language->constructs;
	char first = x->text.ptr[pos];

	for (; c != NULL && *c != NULL; c++) {
		if (has_byte((*c)->first, first) && (*c)->match(x, start, pos, out))
			return true;
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
	return special_at(x, start, pos, out) || lexer_quote(x, start, pos, out) ||
	       lexer_comment(x, start, pos, out);
}

/* Is the bracket at pos that of a condition, behind which a statement starts? */
static bool holds_condition(const struct scan_lexer *x, size_t start, size_t pos)
{
	static const char *const words[] = { "if", "while", "for", "with", NULL };
	size_t end = lexer_before(x, start, pos);
	size_t from = end;

	while (from > 0 && end - from < 8 &&
	       lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return (from == 0 || x->text.ptr[from - 1] != '.') &&
	       lexer_word_is(span_of(x->text.ptr + from, end - from), words);
}

/* Counts brackets; beyond the 64th nobody asks what one holds. */
static void count_bracket(struct scan_lexer *x, size_t start, size_t pos)
{
	enum { BITS = 64 };
	char c = x->text.ptr[pos];
	bool braces = (x->language->features & SCAN_DESCRIPTIONS) == 0;

	if ((c == '{' || c == '}') && !braces)
		return;
	if (c == '(' || c == '[' || c == '{') {
		uint64_t bit = UINT64_C(1) << (x->brackets % BITS);

		if (x->brackets < BITS)
			x->control &= ~bit;
		if (x->brackets < BITS && c == '(' && holds_condition(x, start, pos))
			x->control |= bit;
		x->brackets++;
	} else if (x->brackets > 0) {
		x->brackets--;
		x->behind_control =
			x->brackets < BITS && (x->control >> x->brackets & 1) != 0;
	}
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

/* Behind the end of the code there is only documentation among data. */
static bool ended_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t start = x->pos;
	size_t pos = start;

	while (pos < x->region) {
		if (x->text.ptr[pos] == '=' && construct_at(x, start, pos, out)) {
			if (pos == start) {
				x->pos = out->end;
				return true;
			}
			break;
		}
		pos = lexer_next_line(x, pos);
	}
	*out = (struct scan_piece){ SCAN_TEXT, start, pos, 0, 0, x->language };
	x->pos = pos;
	return true;
}

/* The first byte from `pos` on at which something may start. On its own, so that the loop
 * over most bytes of most files has all it needs in registers. */
static __attribute__((noinline)) size_t next_stop(const struct scan_lexer *x, size_t pos,
                                                  size_t limit)
{
	const unsigned char *stops = x->stops;
	const unsigned char *text = (const unsigned char *)x->text.ptr;
	const unsigned char idle = x->heredocs > 0 ? 0 : STOP_NEWLINE;

	while (pos < limit && (stops[text[pos]] & ~idle) == 0)
		pos++;
	return pos;
}

static bool code_next(struct scan_lexer *x, struct scan_piece *out)
{
	size_t start = x->pos;
	size_t pos = start;
	size_t limit = x->guest_end > 0 ? x->guest_at : x->region;
	struct scan_piece next;

	if (x->ended)
		return ended_next(x, out);
	while ((pos = next_stop(x, pos, limit)) < limit) {
		unsigned char c = (unsigned char)x->text.ptr[pos];

		if (construct_at(x, start, pos, &next))
			return give(x, start, pos, &next, out);
		if ((x->stops[c] & STOP_JSX) != 0 && lexer_jsx_open(x, start, pos)) {
			if (pos > start)
				return give(x, start, pos, NULL, out);
			return lexer_jsx_next(x, out);
		}
		if ((x->stops[c] & STOP_BRACE) != 0 && closes_frame(x, c))
			return leave_frame(x, start, pos, out);
		if ((x->stops[c] & STOP_BRACKET) != 0)
			count_bracket(x, start, pos);
		pos++;
	}
	return pos > start && give(x, start, pos, NULL, out);
}

/* The region inside this one starts here: another language, or one string. */
static bool enter_guest(struct scan_lexer *x, struct scan_piece *out)
{
	size_t end = x->guest_end;

	x->guest_end = 0;
	if (x->pos > x->guest_at)
		return lexer_next_in_region(x, out);
	if (x->guest == NULL)
		return lexer_text(x, SCAN_STRING, end, out);
	x->host = x->language;
	x->host_end = x->region;
	lexer_enter(x, x->guest, end);
	return lexer_next_in_region(x, out);
}

bool lexer_next_in_region(struct scan_lexer *x, struct scan_piece *out)
{
	if (x->has_pending) {
		x->has_pending = false;
		*out = x->pending;
		return true;
	}
	if (x->guest_end > 0 && x->pos >= x->guest_at)
		return enter_guest(x, out);
	if (x->pos >= x->region && x->host != NULL) {
		lexer_enter(x, x->host, x->host_end);
		x->host = NULL;
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
	return x->pos < x->text.len && x->outer->document(x, out);
}
