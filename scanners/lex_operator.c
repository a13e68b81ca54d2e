// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/* Operators that quote: q(..) of Perl, %w[..] of Ruby, ~r/../ of Elixir, s/a/b/ of sed.
 */

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

	if (!lexer_value_position(x, start, pos) &&
	    !(letter > 0 && strchr("wWqQiIr", letter) != NULL &&
	      lexer_command_call(x, start, pos, pos + 1)))
		return 0;
	if (letter > 0 && strchr("wWqQiIrsx", letter) != NULL)
		n = 2;
	*string = letter != 'r';
	letter = lexer_at(x, pos + n);
	return letter > 0 && strchr(n == 2 ? "([{<|!/" : "([{", letter) != NULL ? n : 0;
}

/* From behind the operator: its brackets and what they hold. */
static bool quoted(struct scan_lexer *x, size_t pos, size_t at, unsigned parts,
                   struct scan_piece *out)
{
	int open;

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
	out->close = 1;
	out->end = at;
	return true;
}

static bool perl_quote(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	unsigned parts = 1;
	bool string = true;
	size_t n = x->brackets_off ? 0 : perl_operator(x, start, pos, &parts, &string);

	if (n == 0 || !quoted(x, pos, pos + n, parts, out))
		return false;
	out->kind = string ? SCAN_STRING : SCAN_CODE;
	return true;
}
const struct scan_construct lexer_perl_operator = { "qmsty", perl_quote };

static bool ruby_quote(struct scan_lexer *x, size_t start, size_t pos,
                       struct scan_piece *out)
{
	bool string = true;
	size_t n = x->brackets_off ? 0 : ruby_operator(x, start, pos, &string);

	if (n == 0 || !quoted(x, pos, pos + n, 1, out))
		return false;
	out->kind = string ? SCAN_STRING : SCAN_CODE;
	return true;
}
const struct scan_construct lexer_ruby_operator = { "%", ruby_quote };

/* ~s(..), ~r/../; those in quotes are strings with a prefix. */
static bool sigil(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 1;
	int letter = lexer_at(x, at);
	int open;
	int close;

	(void)start;
	while ((lexer_at(x, at) >= 'A' && lexer_at(x, at) <= 'Z') ||
	       (lexer_at(x, at) >= 'a' && lexer_at(x, at) <= 'z'))
		at++;
	open = lexer_at(x, at);
	if (at == pos + 1 || open <= 0 || strchr("/|([{<", open) == NULL)
		return false;
	close = closing(open);
	out->kind = letter == 'r' || letter == 'R' ? SCAN_CODE : SCAN_STRING;
	out->open = at + 1 - pos;
	for (at++; lexer_at(x, at) >= 0 && lexer_at(x, at) != close; at++)
		at += lexer_at(x, at) == '\\' ? 1 : 0;
	out->end = at < x->region ? at + 1 : x->region;
	out->close = at < x->region ? 1 : 0;
	return true;
}
const struct scan_construct lexer_sigil = { "~", sigil };

/* Behind the mark that ends a part of s/../../, or the end of the line. */
static size_t sed_part(const struct scan_lexer *x, size_t pos, int mark)
{
	while (lexer_at(x, pos) >= 0 && lexer_at(x, pos) != '\n') {
		if (lexer_at(x, pos) == mark)
			return pos + 1;
		pos += lexer_at(x, pos) == '\\' ? 2 : 1;
	}
	return pos < x->region ? pos : x->region;
}

/* Does a command end, and so another start, before pos? */
static bool sed_command(const struct scan_lexer *x, size_t start, size_t pos)
{
	while (pos > start &&
	       (x->text.ptr[pos - 1] == ' ' || x->text.ptr[pos - 1] == '\t'))
		pos--;
	return pos == x->first ||
	       strchr("\n;{}!/0123456789$,", x->text.ptr[pos - 1]) != NULL;
}

/* s and y with their parts, an address /../, and the text of a, i and c. */
static bool sed(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	int c = lexer_at(x, pos);
	size_t at = pos + 1;

	if (!sed_command(x, start, pos))
		return false;
	if (c == '/') {
		at = sed_part(x, at, '/');
	} else if (c == 's' || c == 'y') {
		if (lexer_at(x, at) <= ' ')
			return false;
		at = sed_part(x, at + 1, lexer_at(x, at));
		at = sed_part(x, at, lexer_at(x, pos + 1));
	} else {
		size_t line = lexer_line_end(x, pos);

		if (lexer_at(x, at) != '\\' || line >= x->region)
			return false;
		out->kind = SCAN_TEXT;
		out->end = lexer_line_end(x, line + 1);
		return true;
	}
	out->kind = SCAN_CODE;
	out->end = at;
	return true;
}
const struct scan_construct lexer_sed = { "/syaic", sed };
