// SPDX-License-Identifier: Apache-2.0
#include "lexer_internal.h"

/*
 * Here-documents. What opens one is remembered and opens no piece: the rest of its line
 * is code. The body starts at the next line.
 */

enum { TAG_MAX = 64 };

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

static void wait_for(struct scan_lexer *x, struct span word, enum scan_heredoc_end end,
                     bool indented)
{
	if (word.len > 0 && x->heredocs < SCAN_LEXER_HEREDOCS)
		x->heredoc[x->heredocs++] = (struct scan_heredoc){ word, end, indented };
}

/* Is "<<" here, as no part of a longer operator? */
static bool opens(const struct scan_lexer *x, size_t start, size_t pos)
{
	return lexer_looks(x, pos, "<<") && (pos == start || x->text.ptr[pos - 1] != '<');
}

/* <<WORD, <<-WORD of the shells and HCL. */
static bool shell(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 2;
	bool indented = lexer_at(x, at) == '-' || lexer_at(x, at) == '~';

	(void)out;
	if (!opens(x, start, pos) || lexer_at(x, at) == '<' ||
	    in_arithmetic(x, start, pos))
		return false;
	at += indented ? 1 : 0;
	while (lexer_at(x, at) == ' ' || lexer_at(x, at) == '\t')
		at++;
	wait_for(x, heredoc_word(x, at, false), SCAN_HEREDOC_LINE, indented);
	return false;
}
const struct scan_construct lexer_heredoc_shell = { "<", shell };

/* <<WORD, <<~WORD of Perl and Ruby: no space before the word. */
static bool tight(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 2;
	bool indented = lexer_at(x, at) == '-' || lexer_at(x, at) == '~';

	(void)out;
	if (opens(x, start, pos) && lexer_at(x, at) != '<')
		wait_for(x, heredoc_word(x, at + (indented ? 1 : 0), true),
		         SCAN_HEREDOC_LINE, indented);
	return false;
}
const struct scan_construct lexer_heredoc_tight = { "<", tight };

/* <<<WORD, <<<'WORD' of PHP. */
static bool php(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 3;

	(void)out;
	if (!opens(x, start, pos) || lexer_at(x, pos + 2) != '<')
		return false;
	while (lexer_at(x, at) == ' ')
		at++;
	wait_for(x, heredoc_word(x, at, false), SCAN_HEREDOC_WORD, true);
	return false;
}
const struct scan_construct lexer_heredoc_php = { "<", php };

/* @(END), @("END":format/escapes) of Puppet. */
static bool puppet(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	size_t at = pos + 2;

	(void)start;
	(void)out;
	if (lexer_at(x, pos + 1) == '(')
		wait_for(x, heredoc_word(x, at, false), SCAN_HEREDOC_MARGIN, true);
	return false;
}
const struct scan_construct lexer_heredoc_puppet = { "@", puppet };

/* #<<END of Racket. */
static bool racket(struct scan_lexer *x, size_t start, size_t pos, struct scan_piece *out)
{
	(void)start;
	(void)out;
	if (lexer_looks(x, pos, "#<<"))
		wait_for(x, heredoc_word(x, pos + 3, false), SCAN_HEREDOC_LINE, false);
	return false;
}
const struct scan_construct lexer_heredoc_racket = { "#", racket };

static struct span without_blanks(struct span s)
{
	size_t n = 0;

	while (n < s.len && (s.ptr[n] == ' ' || s.ptr[n] == '\t'))
		n++;
	return span_from(s, n);
}

/* "| - WORD", "|WORD", "WORD" */
static struct span without_margin(struct span line)
{
	if (line.len > 0 && line.ptr[0] == '|')
		line = without_blanks(span_from(line, 1));
	if (line.len > 0 && line.ptr[0] == '-')
		line = without_blanks(span_from(line, 1));
	return line;
}

static bool heredoc_ends(const struct scan_lexer *x, struct span line)
{
	const struct scan_heredoc *h = &x->heredoc[0];

	/* YAML takes the indentation away before the shell sees it. */
	if (h->indented || x->host != NULL)
		line = without_blanks(line);
	if (h->end == SCAN_HEREDOC_MARGIN)
		line = without_margin(line);
	if (!span_starts(line, h->word))
		return false;
	line = span_from(line, h->word.len);
	if (h->end == SCAN_HEREDOC_WORD)
		return line.len == 0 || !lexer_is_word((unsigned char)line.ptr[0]);
	line = span_trim(line);
	return line.len == 0 || strchr(";),.`", line.ptr[0]) != NULL;
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
	if (at == pos + 1)
		return false;
	out->kind = SCAN_STRING;
	out->open = 1;
	out->end = at;
	return true;
}
