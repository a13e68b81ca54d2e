// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Literals whose end depends on what stands at their start. */

enum { RAW_DELIMITER_MAX = 16, HASHES_MAX = 255, LEVEL_MAX = 62, TAG_MAX = 64 };

bool lexer_until(const struct scan_lexer *x, size_t open, struct span close,
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

size_t lexer_word_start(const struct scan_lexer *x, size_t start, size_t pos)
{
	size_t from = pos;

	while (from > start && pos - from < RAW_DELIMITER_MAX &&
	       lexer_is_word((unsigned char)x->text.ptr[from - 1]))
		from--;
	return from;
}

bool lexer_word_is(struct span word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (span_eq_str(word, *words))
			return true;
	}
	return false;
}

bool lexer_looks_caseless(const struct scan_lexer *x, size_t pos, const char *word)
{
	if (pos > x->first && lexer_is_word((unsigned char)x->text.ptr[pos - 1]))
		return false;
	for (; *word != '\0'; word++, pos++) {
		int c = lexer_at(x, pos);

		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != *word)
			return false;
	}
	return !lexer_is_word(lexer_at(x, pos));
}

bool lexer_command_call(const struct scan_lexer *x, size_t start, size_t pos,
                        size_t behind)
{
	int after = lexer_at(x, behind);

	return (x->language->features & SCAN_COMMAND_CALLS) != 0 && pos > start + 1 &&
	       x->text.ptr[pos - 1] == ' ' &&
	       lexer_is_word((unsigned char)x->text.ptr[pos - 2]) &&
	       !(x->text.ptr[pos - 2] >= '0' && x->text.ptr[pos - 2] <= '9') &&
	       !lexer_is_space(after) && after != '=';
}

static bool prefixed(const struct scan_lexer *x, size_t start, size_t pos,
                     const char *const *prefixes)
{
	size_t from = lexer_word_start(x, start, pos);

	return lexer_word_is(span_of(x->text.ptr + from, pos - from), prefixes);
}

/* R"delimiter(..)delimiter" */
static bool raw_cpp(struct scan_lexer *x, size_t start, size_t pos,
                    struct scan_piece *out)
{
	static const char *const prefixes[] = { "R", "LR", "uR", "UR", "u8R", NULL };
	char close[RAW_DELIMITER_MAX + 2];
	size_t n = 0;

	if (!prefixed(x, start, pos, prefixes))
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
	return lexer_until(x, n + 2, span_of(close, n + 2), out);
}

const struct scan_construct lexer_raw_cpp = { "\"", raw_cpp };

/* r".."., r#".."#, #".."#, with three quotes as with one. */
static bool raw_hash(struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	static const char *const prefixes[] = { "r", "br", "cr", NULL };
	char close[HASHES_MAX + 3];
	size_t quotes = 1;
	size_t n = 0;

	if (pos > start && x->text.ptr[pos - 1] == '#')
		return false;
	while (n < HASHES_MAX && lexer_at(x, pos + n) == '#')
		n++;
	if (lexer_at(x, pos + n) != '"')
		return false;
	if (n == 0 && !prefixed(x, start, pos, prefixes))
		return false;
	if (n > 0 && lexer_looks(x, pos + n, "\"\"\""))
		quotes = 3;
	memset(close, '"', quotes);
	memset(close + quotes, '#', n);
	return lexer_until(x, n + quotes, span_of(close, n + quotes), out);
}
const struct scan_construct lexer_raw_hash = { "#\"", raw_hash };

static int closing(int open)
{
	return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : open;
}

/* R's r"---(..)---" */
static bool raw_r(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	static const char *const prefixes[] = { "r", "R", NULL };
	char close[RAW_DELIMITER_MAX + 2];
	int quote = lexer_at(x, pos);
	size_t n = 0;
	int open;

	if (!prefixed(x, start, pos, prefixes))
		return false;
	while (n < RAW_DELIMITER_MAX && lexer_at(x, pos + 1 + n) == '-')
		n++;
	open = lexer_at(x, pos + 1 + n);
	if (closing(open) == open)
		return false;
	close[0] = (char)closing(open);
	memset(close + 1, '-', n);
	close[n + 1] = (char)quote;
	return lexer_until(x, n + 2, span_of(close, n + 2), out);
}
const struct scan_construct lexer_raw_r = { "\"'", raw_r };

/* [==[..]==]; behind the mark of a line comment it is a comment. */
static bool long_bracket(struct scan_lexer *x, size_t start, size_t pos,
                         struct scan_piece *out)
{
	const char *comment = x->language->comments[0].open;
	size_t lead = lexer_looks(x, pos, comment) ? strlen(comment) : 0;
	char close[LEVEL_MAX + 2];
	size_t n = 0;

	(void)start;
	if (lexer_at(x, pos + lead) != '[')
		return false;
	while (n < LEVEL_MAX && lexer_at(x, pos + lead + 1 + n) == '=')
		n++;
	if (lexer_at(x, pos + lead + 1 + n) != '[')
		return false;
	close[0] = close[n + 1] = ']';
	memset(close + 1, '=', n);
	lexer_until(x, lead + n + 2, span_of(close, n + 2), out);
	if (lead > 0)
		out->kind = SCAN_COMMENT;
	return true;
}

const struct scan_construct lexer_long_bracket = { "[-#", long_bracket };

/* $tag$..$tag$ */
static bool dollar_tag(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	size_t n = 1;

	if ((lexer_at(x, pos + 1) >= '0' && lexer_at(x, pos + 1) <= '9') ||
	    (pos > start && lexer_is_word((unsigned char)x->text.ptr[pos - 1])))
		return false;
	while (n < TAG_MAX && lexer_is_word(lexer_at(x, pos + n)))
		n++;
	if (lexer_at(x, pos + n) != '$')
		return false;
	return lexer_until(x, n + 1, span_of(x->text.ptr + pos, n + 1), out);
}
const struct scan_construct lexer_dollar_tag = { "$", dollar_tag };

/* OCaml's {id|..|id} */
static bool quoted_bar(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	char close[TAG_MAX + 2];
	size_t n = 0;

	(void)start;
	while (n < TAG_MAX &&
	       ((lexer_at(x, pos + 1 + n) >= 'a' && lexer_at(x, pos + 1 + n) <= 'z') ||
	        lexer_at(x, pos + 1 + n) == '_'))
		n++;
	if (lexer_at(x, pos + 1 + n) != '|')
		return false;
	close[0] = '|';
	memcpy(close + 1, x->text.ptr + pos + 1, n);
	close[n + 1] = '}';
	return lexer_until(x, n + 2, span_of(close, n + 2), out);
}
const struct scan_construct lexer_quoted_bar = { "{", quoted_bar };

/* Behind the brace that closes q{: the tokens inside keep their strings and comments. */
static size_t token_string_end(const struct scan_lexer *x, size_t pos)
{
	size_t depth = 1;

	for (; pos < x->region && depth > 0; pos++) {
		int c = lexer_at(x, pos);

		if (c == '{')
			depth++;
		else if (c == '}')
			depth--;
		else if (c == '"' || c == '`')
			pos += 1 + span_find_byte(lexer_rest(x, pos + 1), (char)c);
		else if (lexer_looks(x, pos, "/*"))
			pos += 1 + span_find(lexer_rest(x, pos), SPAN_LIT("*/"));
	}
	return pos < x->region ? pos : x->region;
}

/* Behind q"(..)": brackets nest. */
static size_t bracket_string_end(const struct scan_lexer *x, size_t pos, int open)
{
	size_t depth = 1;

	for (; pos < x->region && depth > 0; pos++) {
		if (lexer_at(x, pos) == open)
			depth++;
		else if (lexer_at(x, pos) == closing(open))
			depth--;
	}
	pos += lexer_at(x, pos) == '"' ? 1 : 0;
	return pos < x->region ? pos : x->region;
}

/* D's q"(..)", q"/../", q"END .. END" and q{..}. */
static bool d_string(struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	char close[TAG_MAX + 2];
	int open = lexer_at(x, pos + 2);
	size_t n = 0;

	if (lexer_word_start(x, start, pos) != pos)
		return false;
	out->kind = SCAN_STRING;
	out->open = 2;
	if (lexer_at(x, pos + 1) == '{') {
		out->end = token_string_end(x, pos + 2);
		return true;
	}
	if (lexer_at(x, pos + 1) != '"' || open <= ' ')
		return false;
	if (closing(open) != open) {
		out->end = bracket_string_end(x, pos + 3, open);
		return true;
	}
	close[n++] = lexer_is_word(open) ? '\n' : (char)open;
	for (size_t i = 0; lexer_is_word(lexer_at(x, pos + 2 + i)) && n < TAG_MAX; i++)
		close[n++] = x->text.ptr[pos + 2 + i];
	close[n++] = '"';
	return lexer_until(x, 3, span_of(close, n), out);
}
const struct scan_construct lexer_d_string = { "q", d_string };

/* A regular expression is code: what it says is no value. */
static bool regex(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	int next = lexer_at(x, pos + 1);
	bool in_set = false;
	size_t at = pos + 1;

	if (next == '/' || next == '*' || pos < x->regex_from ||
	    !(lexer_value_position(x, start, pos) ||
	      lexer_command_call(x, start, pos, pos + 1)))
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
	out->kind = (x->language->features & SCAN_SLASH_STRINGS) != 0 ? SCAN_STRING
	                                                              : SCAN_CODE;
	out->open = 1;
	out->end = at;
	return true;
}

const struct scan_construct lexer_regex = { "/", regex };

/* A comment whose mark is cut by a line splice, as C allows. */
static bool spliced_comment(struct scan_lexer *x, size_t start, size_t pos,
                            struct scan_piece *out)
{
	size_t at = pos + 1;
	size_t end;

	(void)start;
	while (lexer_at(x, at) == '\\') {
		size_t feed = at + (lexer_at(x, at + 1) == '\r' ? 2 : 1);

		if (lexer_at(x, feed) != '\n')
			return false;
		at = feed + 1;
	}
	if (at == pos + 1 || (lexer_at(x, at) != '/' && lexer_at(x, at) != '*'))
		return false;
	end = lexer_line_end(x, at);
	if (lexer_at(x, at) == '*') {
		struct span rest = lexer_rest(x, at + 1);
		size_t n = span_find(rest, SPAN_LIT("*/"));

		end = at + 1 + n + (n < rest.len ? 2 : 0);
	}
	out->kind = SCAN_COMMENT;
	out->end = end;
	return true;
}
const struct scan_construct lexer_spliced_comment = { "/", spliced_comment };

/* A line of the C preprocessor is no comment; a header's name in <> hides its slashes. */
static bool directive(struct scan_lexer *x, size_t start, size_t pos,
                      struct scan_piece *out)
{
	static const char *const words[] = { "include", "import", "define", "undef",
		                             "if",      "ifdef",  "ifndef", "else",
		                             "elif",    "endif",  "error",  "warning",
		                             "pragma",  "line",   NULL };
	size_t at = pos + 1;
	size_t from;
	struct span word;

	if (!lexer_first_on_line(x, start, pos))
		return false;
	while (lexer_at(x, at) == ' ' || lexer_at(x, at) == '\t')
		at++;
	from = at;
	while (lexer_is_word(lexer_at(x, at)))
		at++;
	word = span_of(x->text.ptr + from, at - from);
	if (!lexer_word_is(word, words))
		return false;
	while (lexer_at(x, at) == ' ')
		at++;
	if (word.ptr[0] == 'i' && word.len > 5 && lexer_at(x, at) == '<') {
		size_t end = lexer_line_end(x, at);

		at += span_find_byte(span_of(x->text.ptr + at, end - at), '>');
	}
	out->kind = SCAN_CODE;
	out->end = at;
	return true;
}
const struct scan_construct lexer_directive = { "#", directive };

/* url(//host/x) of the style sheets, without quotes. */
static bool url_call(struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	size_t from = lexer_word_start(x, start, pos);
	size_t at = pos + 1;

	if (!span_eq_str(span_of(x->text.ptr + from, pos - from), "url"))
		return false;
	while (lexer_at(x, at) == ' ')
		at++;
	if (lexer_at(x, at) == '"' || lexer_at(x, at) == '\'')
		return false;
	while (lexer_at(x, at) >= 0 && lexer_at(x, at) != ')' && lexer_at(x, at) != '\n')
		at++;
	out->kind = SCAN_CODE;
	out->end = at;
	return true;
}
const struct scan_construct lexer_url_call = { "(", url_call };

/* ?x, one character. */
static bool question_char(struct scan_lexer *x, size_t start, size_t pos,
                          struct scan_piece *out)
{
	int c = lexer_at(x, pos + 1);
	size_t n = c == '\\' ? 3 : 2;

	if (c < 0 || lexer_is_space(c) || lexer_is_word(lexer_at(x, pos + n)) ||
	    (pos > start && lexer_is_word((unsigned char)x->text.ptr[pos - 1])) ||
	    pos + n > x->region)
		return false;
	out->kind = SCAN_CODE;
	out->end = pos + n;
	return true;
}
const struct scan_construct lexer_question_char = { "?", question_char };

/*
 * In Vim a quote starts a comment or a string: a comment at the start of a line and
 * behind a value, else a string if the line has a quote that closes it.
 */
static bool vim_quote(struct scan_lexer *x, size_t start, size_t pos,
                      struct scan_piece *out)
{
	size_t at = pos + 1;

	out->kind = SCAN_COMMENT;
	if (lexer_first_on_line(x, start, pos) || !lexer_value_position(x, start, pos)) {
		out->end = lexer_line_end(x, pos);
		return true;
	}
	while (lexer_at(x, at) >= 0 && lexer_at(x, at) != '\n' && lexer_at(x, at) != '"')
		at += lexer_at(x, at) == '\\' && lexer_at(x, at + 1) != '\n' ? 2 : 1;
	if (lexer_at(x, at) != '"') {
		out->end = at < x->region ? at : x->region;
		return true;
	}
	out->kind = SCAN_STRING;
	out->open = 1;
	out->close = 1;
	out->end = at + 1;
	return true;
}
const struct scan_construct lexer_vim_quote = { "\"", vim_quote };

/* What follows is data, apart from documentation. */
static bool end_mark(struct scan_lexer *x, size_t start, size_t pos,
                     struct scan_piece *out)
{
	enum { LONGEST = 16 };
	struct span line = span_sub(lexer_rest(x, pos), 0, LONGEST);

	(void)start;
	if (pos > x->first && x->text.ptr[pos - 1] != '\n')
		return false;
	line = span_trim(span_sub(line, 0, span_find_byte(line, '\n')));
	if (!span_eq_str(line, "__END__") && !span_eq_str(line, "__DATA__"))
		return false;
	x->ended = true;
	out->kind = SCAN_TEXT;
	out->end = lexer_next_line(x, pos);
	return true;
}
const struct scan_construct lexer_end_mark = { "_", end_mark };

/* ?> ends the code of PHP, and with it the region. */
static bool php_end(struct scan_lexer *x, size_t start, size_t pos,
                    struct scan_piece *out)
{
	(void)start;
	if (lexer_at(x, pos + 1) != '>' || x->depth > 0 || x->outer == NULL)
		return false;
	out->kind = SCAN_CODE;
	out->end = pos + 2;
	x->region = out->end;
	return true;
}
const struct scan_construct lexer_php_end = { "?", php_end };
