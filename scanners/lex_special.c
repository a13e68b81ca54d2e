// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Literals whose end depends on what stands at their start. */

enum { RAW_DELIMITER_MAX = 16, HASHES_MAX = 255, LEVEL_MAX = 62, TAG_MAX = 64 };

void lexer_special_stops(struct scan_lexer *x)
{
	static const struct {
		unsigned feature;
		const char *bytes;
	} stops[] = {
		{ SCAN_REGEX, "/" },
		{ SCAN_JSX, "<" },
		{ SCAN_HEREDOC, "<" },
		{ SCAN_HEREDOC_TIGHT, "<" },
		{ SCAN_YAML_BLOCK, "|>" },
		{ SCAN_RAW_HASH, "#\"" },
		{ SCAN_LONG_BRACKET, "[" },
		{ SCAN_DOLLAR_TAG, "$" },
		{ SCAN_QUOTE_BRACKET, "qmsty%" },
		{ SCAN_END_MARK, "_" },
	};
	unsigned features = x->language->features;

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		if ((features & stops[i].feature) == 0)
			continue;
		for (const char *c = stops[i].bytes; *c != '\0'; c++)
			x->stops[(unsigned char)*c] |= STOP_OPEN;
	}
	if ((features & (SCAN_HEREDOC | SCAN_HEREDOC_TIGHT)) != 0)
		x->stops['\n'] |= STOP_NEWLINE;
}

/* A literal from out->start with `open` bytes of opening mark, to the closing mark or the
 * end of the region. */
static bool until(const struct scan_lexer *x, size_t open, struct span close,
                  struct scan_piece *out)
{
	size_t body = out->start + open;
	struct span rest = lexer_rest(x, body);
	size_t at = span_find(rest, close);

	out->kind = SCAN_STRING;
	out->open = open;
	out->close = at == rest.len ? 0 : close.len;
	out->end = body + at + out->close;
	return true;
}

static size_t word_before(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t from = pos;

	while (from > start && pos - from < RAW_DELIMITER_MAX &&
	       lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return from;
}

static bool word_is(const struct scan_lexer *x, size_t from, size_t pos,
                    const char *const *words)
{
	for (; *words != NULL; words++) {
		if (span_eq_str(span_of(x->text.ptr + from, pos - from), *words))
			return true;
	}
	return false;
}

/* R"delimiter(..)delimiter" */
static bool raw_cpp(const struct scan_lexer *x, size_t start, size_t pos,
                    struct scan_piece *out)
{
	static const char *const prefixes[] = { "R", "LR", "uR", "UR", "u8R", NULL };
	char close[RAW_DELIMITER_MAX + 2];
	size_t n = 0;

	if (lexer_at(x, pos) != '"' ||
	    !word_is(x, word_before(x, start, pos), pos, prefixes))
		return false;
	close[0] = ')';
	while (n < RAW_DELIMITER_MAX && lexer_at(x, pos + 1 + n) > ' ' &&
	       strchr("()\\\"", lexer_at(x, pos + 1 + n)) == NULL) {
		close[1 + n] = x->text.ptr[pos + 1 + n];
		n++;
	}
	if (lexer_at(x, pos + 1 + n) != '(')
		return false;
	close[1 + n] = '"';
	return until(x, n + 2, span_of(close, n + 2), out);
}

/* r"..", r#".."#, #".."# */
static bool raw_hash(const struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	static const char *const prefixes[] = { "r", "br", "cr", NULL };
	char close[HASHES_MAX + 1];
	size_t n = 0;

	if (pos > start && x->text.ptr[pos - 1] == '#')
		return false;
	while (n < HASHES_MAX && lexer_at(x, pos + n) == '#')
		n++;
	if (lexer_at(x, pos + n) != '"')
		return false;
	if (n == 0 && !word_is(x, word_before(x, start, pos), pos, prefixes))
		return false;
	close[0] = '"';
	memset(close + 1, '#', n);
	return until(x, n + 1, span_of(close, n + 1), out);
}

/* [==[..]==]; behind the mark of a line comment it is a comment. */
static bool long_bracket(const struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	const char *comment = x->language->comments[0].open;
	size_t lead = lexer_looks(x, pos, comment) ? strlen(comment) : 0;
	char close[LEVEL_MAX + 2];
	size_t n = 0;

	if (lexer_at(x, pos + lead) != '[')
		return false;
	while (n < LEVEL_MAX && lexer_at(x, pos + lead + 1 + n) == '=')
		n++;
	if (lexer_at(x, pos + lead + 1 + n) != '[')
		return false;
	close[0] = close[n + 1] = ']';
	memset(close + 1, '=', n);
	until(x, lead + n + 2, span_of(close, n + 2), out);
	if (lead > 0)
		out->kind = SCAN_COMMENT;
	return true;
}

/* $tag$..$tag$ */
static bool dollar_tag(const struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	size_t n = 1;

	if (lexer_at(x, pos) != '$' ||
	    (lexer_at(x, pos + 1) >= '0' && lexer_at(x, pos + 1) <= '9'))
		return false;
	while (n < TAG_MAX && lexer_is_word(lexer_at(x, pos + n)))
		n++;
	if (lexer_at(x, pos + n) != '$')
		return false;
	return until(x, n + 1, span_of(x->text.ptr + pos, n + 1), out);
}

/* A regular expression is code: what it says is no value. */
static bool regex(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	int next = lexer_at(x, pos + 1);
	bool in_set = false;
	size_t at = pos + 1;

	if (lexer_at(x, pos) != '/' || next == '/' || next == '*' ||
	    pos < x->regex_from || !lexer_value_position(x, start, pos))
		return false;
	for (; lexer_at(x, at) >= 0 && lexer_at(x, at) != '\n'; at++) {
		int c = lexer_at(x, at);

		if (c == '\\' && lexer_at(x, at + 1) != '\n')
			at++;
		else if (c == '[' || c == ']')
			in_set = c == '[';
		else if (c == '/' && !in_set)
			break;
	}
	if (lexer_at(x, at) != '/') {
		x->regex_from = at;
		return false;
	}
	at++;
	while (lexer_at(x, at) >= 'a' && lexer_at(x, at) <= 'z')
		at++;
	out->kind = SCAN_CODE;
	out->end = at;
	return true;
}

static int closing(int open)
{
	static const char pairs[] = "()[]{}<>";
	const char *p = open > 0 ? strchr(pairs, open) : NULL;

	return p != NULL && (p - pairs) % 2 == 0 ? p[1] : open;
}

/* Behind the end of a part that starts behind its opening bracket; 0 if it has none. */
static size_t bracket_end(const struct scan_lexer *x, size_t pos, int open)
{
	int close = closing(open);
	size_t depth = 1;

	for (; pos < x->region; pos++) {
		int c = lexer_at(x, pos);

		if (c == '\\')
			pos++;
		else if (c == close && --depth == 0)
			return pos + 1;
		else if (c == open && open != close)
			depth++;
	}
	return 0;
}

/* Length of a Perl quoting operator at pos, 0 if it is none; *parts as many as it takes.
 */
static size_t perl_operator(const struct scan_lexer *x, size_t start, size_t pos,
                            unsigned *parts, bool *string)
{
	static const struct {
		const char *word;
		unsigned parts;
		bool string;
	} operators[] = {
		{ "qq", 1, true }, { "qw", 1, true }, { "qr", 1, false },
		{ "q", 1, true },  { "m", 1, false }, { "tr", 2, false },
		{ "s", 2, false }, { "y", 2, false },
	};
	int before = pos > start ? (unsigned char)x->text.ptr[pos - 1] : ' ';

	if (lexer_is_word(before) || strchr("$@%&>{:*-", before) != NULL)
		return 0;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t n = strlen(operators[i].word);

		if (lexer_looks(x, pos, operators[i].word) &&
		    !lexer_is_word(lexer_at(x, pos + n))) {
			*parts = operators[i].parts;
			*string = operators[i].string;
			return n;
		}
	}
	return 0;
}

/* %w[..] and its kin of Ruby. */
static size_t ruby_operator(const struct scan_lexer *x, size_t start, size_t pos,
                            bool *string)
{
	int letter = lexer_at(x, pos + 1);
	size_t n = 1;

	if (lexer_at(x, pos) != '%' || !lexer_value_position(x, start, pos))
		return 0;
	if (letter > 0 && strchr("wWqQiIrsx", letter) != NULL)
		n = 2;
	*string = letter != 'r';
	letter = lexer_at(x, pos + n);
	return letter > 0 && strchr(n == 2 ? "([{<|!/" : "([{", letter) != NULL ? n : 0;
}

static bool quote_bracket(struct scan_lexer *x, size_t start, size_t pos,
                          struct scan_piece *out)
{
	bool ruby = (x->language->quotes[0].holes & SCAN_HOLE_HASH_BRACE) != 0;
	unsigned parts = 1;
	bool string = true;
	size_t at;
	int open;

	if (x->brackets_off)
		return false;
	at = ruby ? ruby_operator(x, start, pos, &string)
	          : perl_operator(x, start, pos, &parts, &string);
	if (at == 0)
		return false;
	at += pos;
	while (lexer_at(x, at) == ' ')
		at++;
	open = lexer_at(x, at);
	if (open <= ' ' || strchr("=,;)}]", open) != NULL ||
	    (open == '#' && x->text.ptr[at - 1] == ' '))
		return false;
	out->open = at + 1 - pos;
	at = bracket_end(x, at + 1, open);
	if (at > 0 && parts == 2) {
		while (closing(open) != open && lexer_is_space(lexer_at(x, at)))
			at++;
		at = bracket_end(x, at + (closing(open) != open ? 1 : 0), open);
	}
	if (at == 0 || at > x->region) {
		x->brackets_off = true;
		return false;
	}
	out->kind = string ? SCAN_STRING : SCAN_CODE;
	out->close = 1;
	out->end = at;
	return true;
}

/* Does the line shift bits in an arithmetic expression rather than open a document? */
static bool in_arithmetic(const struct scan_lexer *x, size_t start, size_t pos)
{
	enum { LOOK_BACK = 200 };

	for (size_t n = 0; pos > start && n < LOOK_BACK; n++, pos--) {
		char c = x->text.ptr[pos - 1];

		if (c == '\n' || c == ';')
			return false;
		if (c == '(' && pos - 1 > start && x->text.ptr[pos - 2] == '(')
			return true;
	}
	return false;
}

/* The word behind "<<" that ends the document; empty if it is none. */
static struct span heredoc_word(const struct scan_lexer *x, size_t pos, bool tight)
{
	int quote = lexer_at(x, pos);
	size_t end;

	if (quote == '\'' || quote == '"') {
		end = pos + 1;
		while (lexer_at(x, end) > ' ' && lexer_at(x, end) != quote &&
		       end - pos < TAG_MAX)
			end++;
		if (lexer_at(x, end) != quote)
			return SPAN_EMPTY;
		return span_of(x->text.ptr + pos + 1, end - pos - 1);
	}
	if (quote == '\\' && !tight)
		pos++;
	end = pos;
	if (lexer_at(x, pos) < 'A' || (tight && lexer_at(x, pos) > 'Z'))
		return SPAN_EMPTY;
	while (lexer_is_word(lexer_at(x, end)) && end - pos < TAG_MAX)
		end++;
	return span_of(x->text.ptr + pos, end - pos);
}

/* Remembers the word; the body starts at the next line. Opens no piece. */
static void heredoc_open(struct scan_lexer *x, size_t start, size_t pos)
{
	bool tight = (x->language->features & SCAN_HEREDOC_TIGHT) != 0;
	bool php = (x->language->features & SCAN_PHP_TAGS) != 0;
	size_t at = pos + 2;
	bool indented = php;
	struct span word;

	if (!lexer_looks(x, pos, "<<") || (pos > start && x->text.ptr[pos - 1] == '<') ||
	    x->heredocs == SCAN_LEXER_HEREDOCS)
		return;
	if (php != (lexer_at(x, at) == '<'))
		return;
	at += php ? 1 : 0;
	if (lexer_at(x, at) == '-' || lexer_at(x, at) == '~') {
		indented = true;
		at++;
	}
	while (!tight && (lexer_at(x, at) == ' ' || lexer_at(x, at) == '\t'))
		at++;
	word = heredoc_word(x, at, tight);
	if (word.len == 0 || in_arithmetic(x, start, pos))
		return;
	x->heredoc_indented[x->heredocs] = indented;
	x->heredoc[x->heredocs++] = word;
}

static bool heredoc_ends(const struct scan_lexer *x, struct span line)
{
	struct span word = x->heredoc[0];
	size_t n = 0;

	while (x->heredoc_indented[0] && n < line.len &&
	       (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	line = span_from(line, n);
	if (!span_starts(line, word))
		return false;
	line = span_trim(span_from(line, word.len));
	return line.len == 0 || strchr(";),.", line.ptr[0]) != NULL;
}

bool lexer_heredoc_body(struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 1;

	while (at < x->region) {
		size_t end = lexer_line_end(x, at);

		if (heredoc_ends(x, span_of(x->text.ptr + at, end - at)))
			break;
		at = end < x->region ? end + 1 : end;
	}
	x->heredocs--;
	memmove(x->heredoc, x->heredoc + 1, x->heredocs * sizeof(x->heredoc[0]));
	memmove(x->heredoc_indented, x->heredoc_indented + 1, x->heredocs * sizeof(bool));
	if (at == pos + 1)
		return false;
	out->kind = SCAN_STRING;
	out->open = 1;
	out->end = at;
	return true;
}

/* Column at which the parent of a block scalar starts: what is deeper belongs to it. */
static size_t yaml_indent(const struct scan_lexer *x, size_t line, size_t pos)
{
	size_t at = line;

	while (lexer_at(x, at) == ' ')
		at++;
	while (at + 2 < pos && lexer_at(x, at) == '-' && lexer_at(x, at + 1) == ' ') {
		size_t next = at + 2;

		while (lexer_at(x, next) == ' ')
			next++;
		if (next >= pos)
			break;
		at = next;
	}
	return at - line;
}

/* Is it the last thing on its line, apart from indicators and a comment? */
static bool yaml_header(const struct scan_lexer *x, size_t pos)
{
	size_t at = pos + 1;

	while (lexer_at(x, at) == '+' || lexer_at(x, at) == '-' ||
	       (lexer_at(x, at) >= '0' && lexer_at(x, at) <= '9'))
		at++;
	while (lexer_at(x, at) == ' ' || lexer_at(x, at) == '\t' ||
	       lexer_at(x, at) == '\r')
		at++;
	return lexer_at(x, at) == '\n' ||
	       (lexer_at(x, at) == '#' && lexer_at(x, at - 1) == ' ');
}

static bool yaml_line_inside(const struct scan_lexer *x, size_t at, size_t indent)
{
	size_t spaces = 0;

	while (lexer_at(x, at + spaces) == ' ')
		spaces++;
	return spaces > indent || lexer_at(x, at + spaces) == '\n' ||
	       lexer_at(x, at + spaces) == '\r' || lexer_at(x, at + spaces) < 0;
}

static bool yaml_block(const struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	size_t before = pos;
	size_t line = pos;
	size_t indent;
	size_t body;
	size_t at;

	if ((lexer_at(x, pos) != '|' && lexer_at(x, pos) != '>') || !yaml_header(x, pos))
		return false;
	while (before > start && x->text.ptr[before - 1] == ' ')
		before--;
	if (before == pos || before == 0 ||
	    strchr(":-?", x->text.ptr[before - 1]) == NULL)
		return false;
	while (line > 0 && x->text.ptr[line - 1] != '\n')
		line--;
	body = lexer_line_end(x, pos) + 1;
	at = body;
	indent = yaml_indent(x, line, pos);
	while (at < x->region && yaml_line_inside(x, at, indent)) {
		at = lexer_line_end(x, at);
		at += at < x->region ? 1 : 0;
	}
	if (at <= body)
		return false;
	out->kind = SCAN_STRING;
	out->open = body - pos;
	out->end = at;
	return true;
}

/* What follows is data, apart from documentation: it is left to the next lines. */
static bool end_mark(const struct scan_lexer *x, size_t pos, struct scan_piece *out)
{
	size_t at = pos;

	if ((pos > x->first && x->text.ptr[pos - 1] != '\n') ||
	    (!lexer_looks(x, pos, "__END__\n") && !lexer_looks(x, pos, "__DATA__\n")))
		return false;
	while (at < x->region && x->text.ptr[at] != '=') {
		at = lexer_line_end(x, at);
		at += at < x->region ? 1 : 0;
	}
	out->kind = SCAN_TEXT;
	out->end = at;
	return true;
}

bool lexer_special(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	unsigned f = x->language->features;

	if ((f & (SCAN_HEREDOC | SCAN_HEREDOC_TIGHT)) != 0)
		heredoc_open(x, start, pos);
	return ((f & SCAN_RAW_CPP) != 0 && raw_cpp(x, start, pos, out)) ||
	       ((f & SCAN_RAW_HASH) != 0 && raw_hash(x, start, pos, out)) ||
	       ((f & SCAN_LONG_BRACKET) != 0 && long_bracket(x, pos, out)) ||
	       ((f & SCAN_DOLLAR_TAG) != 0 && dollar_tag(x, pos, out)) ||
	       ((f & SCAN_YAML_BLOCK) != 0 && yaml_block(x, start, pos, out)) ||
	       ((f & SCAN_END_MARK) != 0 && end_mark(x, pos, out)) ||
	       ((f & SCAN_REGEX) != 0 && regex(x, start, pos, out)) ||
	       ((f & SCAN_QUOTE_BRACKET) != 0 && quote_bracket(x, start, pos, out));
}
